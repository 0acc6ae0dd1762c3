-- Promo codes, and limits for each buyer. docs/decisions/0008-offers.md.

-- kind: fixed takes amount minor units off each ticket, percent takes amount basis points off, unlock only opens ticket
-- types with visibility 'code'. money counts what is taken off. ticket_type_ids is null when the code is for all.
CREATE TABLE promo_codes (
    event_id uuid NOT NULL REFERENCES houses,
    id uuid NOT NULL,
    code text NOT NULL CHECK (code = upper(code) AND char_length(code) BETWEEN 1 AND 50),
    kind text NOT NULL CHECK (kind IN ('fixed', 'percent', 'unlock')),
    amount bigint NOT NULL CHECK (amount >= 0 AND (kind = 'fixed' OR amount <= 10000)),
    ticket_type_ids uuid[],
    valid_from timestamptz,
    valid_until timestamptz,
    tickets_max integer CHECK (tickets_max > 0),
    bookings_max integer CHECK (bookings_max > 0),
    money_max_minor bigint CHECK (money_max_minor > 0),
    tickets_used integer NOT NULL DEFAULT 0,
    bookings_used integer NOT NULL DEFAULT 0,
    money_used_minor bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, id),
    UNIQUE (event_id, code),
    CONSTRAINT promo_codes_never_exceeded CHECK (
        tickets_used >= 0 AND bookings_used >= 0 AND money_used_minor >= 0
        AND (tickets_max IS NULL OR tickets_used <= tickets_max)
        AND (bookings_max IS NULL OR bookings_used <= bookings_max)
        AND (money_max_minor IS NULL OR money_used_minor <= money_max_minor)
    )
) WITH (fillfactor = 50);

ALTER TABLE ticket_types
    ADD COLUMN buyer_tickets_max integer CHECK (buyer_tickets_max > 0),
    DROP CONSTRAINT ticket_types_visibility_check,
    ADD CONSTRAINT ticket_types_visibility_check CHECK (visibility IN ('public', 'code', 'box_office', 'archived'));
ALTER TABLE events ADD COLUMN buyer_tickets_max integer CHECK (buyer_tickets_max > 0);

-- promo: the code's id, and the tickets and money that count against it. buyer_key: the normalised mail address.
ALTER TABLE bookings ADD COLUMN promo jsonb, ADD COLUMN buyer_key text;
CREATE INDEX bookings_by_buyer ON bookings (event_id, buyer_key) WHERE buyer_key IS NOT NULL;
