-- The outbox: what happened to events and bookings, written in the transaction in which it happened.

-- Numbers the notices of an event, under the lock of its house: so their order is that in which things happened.
ALTER TABLE houses ADD COLUMN notices_made bigint NOT NULL DEFAULT 0;

-- One row for all bookings of an event to which the same happened in one batch. details: what the kind needs beside.
-- position is given by the worker after the commit, in order, without gaps for what others have not committed yet:
-- a notice of k bookings takes k positions, the first of which is here. Rows are never changed otherwise.
CREATE TABLE notices (
    event_id uuid NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    organizer_id uuid NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    booking_numbers bigint[] NOT NULL DEFAULT '{}',
    details jsonb,
    position bigint,
    PRIMARY KEY (event_id, number)
);

CREATE INDEX notices_new ON notices (event_id, number) WHERE position IS NULL;
CREATE UNIQUE INDEX notices_by_position ON notices (position) WHERE position IS NOT NULL;
CREATE INDEX notices_of_organizer ON notices (organizer_id, position) WHERE position IS NOT NULL;

-- How far each reader of the notices has come: 'mail', 'webhooks'; up to where positions are given ('numbered'), and up
-- to where old notices are deleted ('forgotten'). Who works for a reader locks its row.
CREATE TABLE notice_readers (
    name text PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0
);

INSERT INTO notice_readers (name) VALUES ('numbered'), ('mail'), ('webhooks'), ('forgotten');
