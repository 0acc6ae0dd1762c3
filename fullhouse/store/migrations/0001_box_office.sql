-- The box office: organizers, events, pools, bookings with their lines, idempotency keys, API keys.
-- event_id leads every key of what belongs to an event, so that a distributed PostgreSQL can keep an event in one place.

CREATE TABLE organizers (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL
);

CREATE TABLE events (
    id uuid PRIMARY KEY,
    organizer_id uuid NOT NULL REFERENCES organizers,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    venue text NOT NULL CHECK (char_length(venue) BETWEEN 1 AND 200),
    starts_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);

-- The order in which events are listed.
CREATE INDEX events_by_date ON events (starts_at, id);

-- The row that a batch locks, so that one batch at a time decides for an event. It also numbers the event's bookings.
-- It stays narrow and its free space lets each batch's new version stay in the same page.
CREATE TABLE event_counters (
    event_id uuid PRIMARY KEY REFERENCES events,
    bookings_made bigint NOT NULL DEFAULT 0 CHECK (bookings_made BETWEEN 0 AND 1073741823)
) WITH (fillfactor = 50);

CREATE TABLE pools (
    event_id uuid NOT NULL REFERENCES events,
    id uuid NOT NULL,
    name text NOT NULL,
    capacity integer NOT NULL CHECK (capacity >= 0),
    taken integer NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, id),
    CONSTRAINT pools_never_oversold CHECK (taken BETWEEN 0 AND capacity)
) WITH (fillfactor = 50);

CREATE TABLE bookings (
    event_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    status text NOT NULL CHECK (status IN ('confirmed', 'cancelled')),
    created_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    PRIMARY KEY (event_id, id),
    UNIQUE (event_id, number),
    CONSTRAINT bookings_cancelled_at CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
);

-- A buyer knows only the booking's id.
CREATE INDEX bookings_by_id ON bookings (id);

CREATE TABLE booking_lines (
    event_id uuid NOT NULL,
    booking_id uuid NOT NULL,
    line smallint NOT NULL CHECK (line > 0),
    pool_id uuid NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (event_id, booking_id, line)
);

-- id is a digest of caller, path and key; fingerprint is a digest of what was asked; outcome is what was answered.
CREATE TABLE idempotency_keys (
    id uuid PRIMARY KEY,
    fingerprint uuid NOT NULL,
    outcome json NOT NULL,
    created_at timestamptz NOT NULL
);

-- For forgetting the old ones; rows arrive in order of time, so a block range index costs next to nothing.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys USING brin (created_at);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    organizer_id uuid NOT NULL REFERENCES organizers,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
