-- Pictures that organizers upload: one for an event, and a logo. And what else an organizer looks like.

-- id: a digest of the content and the organizer, so what is found under it never changes. width, height: of the largest
-- size. widths: all sizes in WebP. plain_type: of the one size that everything can show. unused_since: when it was first
-- found that nothing shows it any more.
CREATE TABLE images (
    id uuid PRIMARY KEY,
    organizer_id uuid NOT NULL REFERENCES organizers,
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    widths integer[] NOT NULL,
    plain_type text NOT NULL CHECK (plain_type IN ('image/jpeg', 'image/png')),
    created_at timestamptz NOT NULL,
    unused_since timestamptz
);
CREATE INDEX images_of_organizer ON images (organizer_id);

-- name: 'plain', or a width with '.webp' behind it. The content is compressed already.
CREATE TABLE image_files (
    image_id uuid NOT NULL REFERENCES images ON DELETE CASCADE,
    name text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (image_id, name)
);
ALTER TABLE image_files ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE events ADD COLUMN image_id uuid REFERENCES images;
ALTER TABLE events ADD COLUMN image_alt text NOT NULL DEFAULT '' CHECK (char_length(image_alt) <= 300);
CREATE INDEX events_by_image ON events (image_id) WHERE image_id IS NOT NULL;

-- The logo of an organizer for tests goes with the rest of its data; the organizer itself stays.
ALTER TABLE organizers ADD COLUMN logo_id uuid REFERENCES images ON DELETE SET NULL;
ALTER TABLE organizers ADD COLUMN colour text CHECK (colour ~ '^#[0-9a-f]{6}$');
ALTER TABLE organizers ADD COLUMN description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000);
ALTER TABLE organizers ADD COLUMN website text CHECK (char_length(website) <= 500);
-- embed_origins: which sites may show the organizer's events in a frame; null is any.
ALTER TABLE organizers ADD COLUMN embed_origins text[] CHECK (cardinality(embed_origins) <= 20);
CREATE INDEX organizers_by_logo ON organizers (logo_id) WHERE logo_id IS NOT NULL;
