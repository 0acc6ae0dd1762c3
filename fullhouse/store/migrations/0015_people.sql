-- People: persons who sign in, the organizers that they work for, how they are invited, and how they are signed in.
-- Every secret is 256 random bits and stored as its SHA-256: what is in these tables opens nothing.

-- email_key is the address as it is compared; mail goes to email, as it was given, and never to what somebody typed
-- later. Without a password_hash a person signs in by other means, or not at all.
CREATE TABLE persons (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 320),
    email_key text NOT NULL UNIQUE,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de')),
    password_hash text,
    created_at timestamptz NOT NULL
);

-- Who changes the owners of an organizer locks the organizer's row first, so that one of them always remains.
CREATE TABLE members (
    organizer_id uuid NOT NULL REFERENCES organizers,
    person_id uuid NOT NULL REFERENCES persons,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'box_office', 'door')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organizer_id, person_id)
);

CREATE INDEX members_of_person ON members (person_id);

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    organizer_id uuid NOT NULL REFERENCES organizers,
    email text NOT NULL,
    email_key text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'box_office', 'door')),
    token_hash bytea NOT NULL UNIQUE,
    invited_by uuid REFERENCES persons,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    accepted_by uuid REFERENCES persons,
    revoked_at timestamptz,
    CONSTRAINT invitations_end_once CHECK (accepted_at IS NULL OR revoked_at IS NULL),
    CONSTRAINT invitations_accepted_by CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
);

CREATE INDEX invitations_of_organizer ON invitations (organizer_id, created_at);

-- A session that awaits_factor has passed the password alone: its token is good for nothing but the second factor.
-- Rows stay when a session has ended: its address is one that the person has signed in from.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    person_id uuid NOT NULL REFERENCES persons,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    awaits_factor boolean NOT NULL DEFAULT false,
    revoked_at timestamptz
);

CREATE INDEX sessions_of_person ON sessions (person_id, created_at);

-- used_from is an address that the person's own mail was read at.
CREATE TABLE password_resets (
    token_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_from text
);

CREATE INDEX password_resets_of_person ON password_resets (person_id, created_at);

-- How often something was tried in vain lately. subject is a digest of what is counted: an account, or an address.
CREATE TABLE sign_in_attempts (
    subject bytea PRIMARY KEY,
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    waits_until timestamptz,
    last_at timestamptz NOT NULL
);

CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (last_at);

-- The links that a closed start prints as long as nobody owns anything.
CREATE TABLE setup_links (
    token_hash bytea PRIMARY KEY,
    created_at timestamptz NOT NULL
);
