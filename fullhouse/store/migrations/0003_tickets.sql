-- What organizers offer (ticket types that draw on pools, at prices with tax and fees) and what buyers get (holds that
-- run out, bookings with tickets). docs/decisions/0008-offers.md says why it is cut this way.

ALTER TABLE events
    ADD COLUMN state text NOT NULL DEFAULT 'published' CHECK (state IN ('draft', 'published', 'cancelled')),
    ADD COLUMN description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000),
    ADD COLUMN doors_at timestamptz,
    ADD COLUMN ends_at timestamptz,
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
    ADD COLUMN slug text,
    ADD COLUMN series_id uuid,
    ADD COLUMN currency text NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
    ADD COLUMN sales_from timestamptz,
    ADD COLUMN sales_until timestamptz,
    ADD CONSTRAINT events_slug UNIQUE (organizer_id, slug);

-- offer_version counts the changes of all that the event offers, so that a process knows whether what it remembers of
-- the offer is still right; next_expiry_at is a moment before which no hold of the event runs out.
ALTER TABLE houses
    ADD COLUMN offer_version integer NOT NULL DEFAULT 1,
    ADD COLUMN next_expiry_at timestamptz,
    ADD COLUMN held_back integer NOT NULL DEFAULT 0 CHECK (held_back >= 0),
    DROP COLUMN closes_at,
    DROP CONSTRAINT houses_never_oversold;
ALTER TABLE houses ADD CONSTRAINT houses_never_oversold CHECK (taken >= 0 AND taken + held_back <= capacity);

CREATE INDEX houses_by_expiry ON houses (next_expiry_at) WHERE next_expiry_at IS NOT NULL;

-- Limits narrower than the house. capacity is null for a pool that only counts.
CREATE TABLE pools (
    event_id uuid NOT NULL REFERENCES houses,
    id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    capacity integer CHECK (capacity BETWEEN 0 AND 1000000),
    held_back integer NOT NULL DEFAULT 0 CHECK (held_back >= 0),
    taken integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, id),
    UNIQUE (event_id, name),
    CONSTRAINT pools_never_oversold CHECK (taken >= 0 AND (capacity IS NULL OR taken + held_back <= capacity))
) WITH (fillfactor = 50);

-- tax_basis_points: 1900 is 19 %. places: how many places one ticket takes of the house and of each of its pools.
CREATE TABLE ticket_types (
    event_id uuid NOT NULL REFERENCES houses,
    id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    position integer NOT NULL DEFAULT 0,
    price_minor bigint NOT NULL CHECK (price_minor BETWEEN 0 AND 100000000000),
    tax_basis_points integer NOT NULL DEFAULT 0 CHECK (tax_basis_points BETWEEN 0 AND 10000),
    tax_is_included boolean NOT NULL DEFAULT true,
    places integer NOT NULL DEFAULT 1 CHECK (places BETWEEN 0 AND 100),
    tickets_min integer NOT NULL DEFAULT 1 CHECK (tickets_min >= 1),
    tickets_max integer CHECK (tickets_max >= tickets_min),
    sales_from timestamptz,
    sales_until timestamptz,
    visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'box_office', 'archived')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, id)
);

CREATE TABLE ticket_type_pools (
    event_id uuid NOT NULL,
    ticket_type_id uuid NOT NULL,
    pool_id uuid NOT NULL,
    PRIMARY KEY (event_id, ticket_type_id, pool_id),
    FOREIGN KEY (event_id, ticket_type_id) REFERENCES ticket_types ON DELETE CASCADE,
    FOREIGN KEY (event_id, pool_id) REFERENCES pools
);

-- What is added to the face value. amount: minor units for a fixed fee, basis points for a percentage.
CREATE TABLE fees (
    event_id uuid NOT NULL REFERENCES houses,
    id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    kind text NOT NULL CHECK (kind IN ('fixed', 'percent')),
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND CASE kind WHEN 'fixed' THEN 100000000000 ELSE 10000 END),
    per text NOT NULL CHECK (per IN ('ticket', 'booking')),
    tax_basis_points integer NOT NULL DEFAULT 0 CHECK (tax_basis_points BETWEEN 0 AND 10000),
    tax_is_included boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, id)
);

-- Every event that there is sells one free ticket type; its id is the event's, as nothing else can have that.
INSERT INTO ticket_types (event_id, id, name, price_minor, created_at)
SELECT h.event_id, h.event_id, 'General admission', 0, e.created_at FROM houses h JOIN events e ON e.id = h.event_id;

-- drawn: places by pool id, as they were when the booking was made; null when it drew on the house alone.
-- price: what was agreed, in all its parts; null when it was free.
ALTER TABLE bookings
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN drawn jsonb,
    ADD COLUMN buyer_name text,
    ADD COLUMN buyer_email text,
    ADD COLUMN price jsonb,
    ADD COLUMN paid_by text CHECK (paid_by IN ('cash', 'card_terminal', 'comp')),
    DROP CONSTRAINT bookings_places,
    DROP CONSTRAINT bookings_status;
ALTER TABLE bookings
    ADD CONSTRAINT bookings_places CHECK (places >= 0),
    ADD CONSTRAINT bookings_status CHECK (status IN ('held', 'confirmed', 'expired', 'cancelled')),
    ADD CONSTRAINT bookings_expires_at CHECK (status <> 'held' OR expires_at IS NOT NULL);
CREATE INDEX bookings_held ON bookings (event_id, expires_at, number) WHERE status = 'held';

-- What was answered with a booking: held, confirmed or cancelled, or a confirmation.
ALTER TABLE idempotency_keys RENAME COLUMN booking_status TO answer;

-- The right to enter, one row each. A booking has its tickets from the moment it is confirmed.
CREATE TABLE tickets (
    event_id uuid NOT NULL,
    booking_number bigint NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    ticket_type_id uuid NOT NULL,
    code uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('valid', 'cancelled')),
    holder_name text,
    PRIMARY KEY (event_id, booking_number, number)
);

INSERT INTO tickets (event_id, booking_number, number, ticket_type_id, code, state)
SELECT b.event_id, b.number, n, b.event_id, gen_random_uuid(), CASE b.status WHEN 'confirmed' THEN 'valid' ELSE b.status END
FROM bookings b, generate_series(1, b.places) AS n;
