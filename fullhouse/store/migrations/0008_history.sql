-- What happens to a booking after it was made, as far as no other row tells it.

-- details: what was cancelled or changed, see rules/booking_change.py. id is made in the order of time. Rows are never
-- changed and never deleted.
CREATE TABLE booking_changes (
    event_id uuid NOT NULL,
    booking_number bigint NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL CHECK (what IN ('cancellation', 'lines', 'holder')),
    by text NOT NULL CHECK (by IN ('buyer', 'staff', 'event_cancellation')),
    details jsonb NOT NULL,
    PRIMARY KEY (event_id, booking_number, id)
);

-- When a hold was confirmed; null for what was confirmed when it was made, and for holds confirmed before this migration.
ALTER TABLE bookings ADD COLUMN confirmed_at timestamptz;
