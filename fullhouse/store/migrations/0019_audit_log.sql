-- The audit log: who did what, when, from where, and how it was before and after.

-- A row is inserted in the transaction of the act, and never changed but by the worker, which gives it its position in
-- the chain of its organizer and its seal (rules/audit_log.py) when that is committed. What belongs to no organizer has
-- the organizer of zeros. before and after are json and not jsonb: what is sealed is the text itself, byte for byte.
-- about_event_id: rows are of an organizer, not of an event, and stay when what they are about is gone.
CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    organizer_id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text,
    actor_name text NOT NULL,
    address text,
    act text NOT NULL,
    about_event_id uuid,
    booking_numbers bigint[] NOT NULL DEFAULT '{}',
    before json,
    after json,
    position bigint CHECK (position > 0),
    seal bytea,
    CHECK ((position IS NULL) = (seal IS NULL))
);

CREATE INDEX audit_entries_unsealed ON audit_entries (organizer_id, id) WHERE position IS NULL;
CREATE UNIQUE INDEX audit_entries_sealed ON audit_entries (organizer_id, position) WHERE position IS NOT NULL;
CREATE INDEX audit_entries_in_order ON audit_entries (organizer_id, at, id);

-- How far the chain of each organizer has come. Who seals locks its row.
CREATE TABLE audit_chains (
    organizer_id uuid PRIMARY KEY,
    position bigint NOT NULL,
    seal bytea NOT NULL
);
