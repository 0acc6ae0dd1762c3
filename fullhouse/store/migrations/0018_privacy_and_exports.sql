-- Privacy: how long an organizer keeps the names of people, and how far they are removed again.

-- Days after an event, after which the names of its buyers and holders are removed; null when they are kept.
ALTER TABLE organizers ADD COLUMN retention_days integer CHECK (retention_days BETWEEN 30 AND 36500);

-- How far the names of an old event's people are removed. looked_to: the highest booking number that was looked at.
CREATE TABLE event_erasures (
    event_id uuid PRIMARY KEY REFERENCES events,
    looked_to bigint NOT NULL DEFAULT 0 CHECK (looked_to >= 0),
    done_at timestamptz
);

-- The events of an organizer, in the order in which they are exported, and grow old.
CREATE INDEX events_by_organizer ON events (organizer_id, starts_at, id);

-- Mails by the mailbox that they went to.
CREATE INDEX mails_by_address ON mails (organizer_id, lower(to_email));

-- What was booked before there were buyer keys can be found by its buyer, too.
UPDATE bookings SET buyer_key = lower(regexp_replace(buyer_email, '^([^+]*)([+].*)?@([^@]*)$', '\1@\3'))
WHERE buyer_email IS NOT NULL AND buyer_key IS NULL;

-- What webhooks were told of a booking.
CREATE INDEX webhook_deliveries_about ON webhook_deliveries (about_event_id, about_booking_number)
    WHERE body IS NOT NULL;
