-- Webhooks: where an organizer's systems are told of changes, and what was told, with all that was answered.

-- types: null is everything that happens. A secret signs what is sent; until previous_secret_until the one before it
-- signs too. failing_since: when the first of nothing but failures was; null after any success.
CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    organizer_id uuid NOT NULL REFERENCES organizers,
    url text NOT NULL,
    types text[],
    description text NOT NULL,
    state text NOT NULL CHECK (state IN ('on', 'off', 'switched_off')),
    secret text NOT NULL,
    previous_secret text,
    previous_secret_until timestamptz,
    failing_since timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
);
CREATE INDEX webhooks_of_organizer ON webhooks (organizer_id, id);

-- One row for each change and each webhook that is told of it. id is the `webhook-id` of every attempt. sequence counts
-- the changes; null for a test. A delivery belongs to its webhook; the event and the booking (0: the event itself) that
-- it is about say which ones have to be told in order. body is written before the first attempt, and is the same in all.
-- attempts_before: those before it was replayed. next_try_at: not before then; while one is under way, when it may be taken up by another process.
CREATE TABLE webhook_deliveries (
    webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    id uuid NOT NULL,
    sequence bigint,
    type text NOT NULL,
    at timestamptz NOT NULL,
    about_event_id uuid,
    about_booking_number bigint NOT NULL DEFAULT 0,
    details jsonb,
    body text,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    attempts_before integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (webhook_id, id),
    -- The reader of notices never tells a change twice.
    CONSTRAINT webhook_deliveries_once UNIQUE (webhook_id, sequence)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_try_at, sequence) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_in_order
    ON webhook_deliveries (webhook_id, about_event_id, about_booking_number, sequence) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);

-- What was answered to each attempt: a part of the headers and of the body; or why there was no answer.
CREATE TABLE delivery_attempts (
    webhook_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    took_ms integer NOT NULL,
    url text NOT NULL,
    request_headers jsonb NOT NULL,
    status integer,
    headers jsonb,
    body text,
    error text,
    PRIMARY KEY (webhook_id, delivery_id, number),
    FOREIGN KEY (webhook_id, delivery_id) REFERENCES webhook_deliveries ON DELETE CASCADE
);
