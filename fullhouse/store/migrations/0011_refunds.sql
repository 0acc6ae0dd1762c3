-- Refunds of single tickets by a policy that the organizer makes and a booking keeps. docs/decisions/0009-money.md.

-- refund_policy: {"steps": [[hours before the event, percent], ...], "with_fees": true}; null when buyers can't give
-- tickets back by themselves. What a booking agreed on stands in its price.
ALTER TABLE events ADD COLUMN refund_policy jsonb;

-- The numbers of the tickets that were cancelled while others stay; places and drawn are those of the others.
ALTER TABLE bookings ADD COLUMN cancelled_tickets smallint[];

-- What was cancelled before was cancelled as a whole, and all that was paid went back; nobody wrote down who did it.
ALTER TABLE booking_changes ALTER COLUMN by DROP NOT NULL;
INSERT INTO booking_changes (event_id, booking_number, id, at, what, by, details)
SELECT b.event_id, b.number, gen_random_uuid(), b.cancelled_at, 'cancellation', NULL, jsonb_build_object(
    'tickets', (SELECT coalesce(jsonb_agg(t.number ORDER BY t.number), '[]') FROM tickets t
                WHERE t.event_id = b.event_id AND t.booking_number = b.number),
    'refund_minor', -coalesce((SELECT sum(l.buyer_minor) FROM ledger_postings l
                               WHERE l.event_id = b.event_id AND l.booking_number = b.number
                                   AND l.what = 'cancellation'), 0)
)
FROM bookings b WHERE b.status = 'cancelled';

-- Each line says what one of its tickets takes, so that single tickets can be given back. What was booked before takes
-- it from its ticket type as it is now, and from the pools that it drew on.
UPDATE bookings b SET price = jsonb_set(b.price, '{lines}', (
    SELECT jsonb_agg(l.line || jsonb_build_object(
        'places', coalesce(t.places, 1),
        'pool_ids', coalesce((
            SELECT jsonb_agg(d.pool_id ORDER BY d.pool_id) FROM ticket_type_pools d
            WHERE d.event_id = b.event_id AND d.ticket_type_id = t.id AND b.drawn ? d.pool_id::text
        ), '[]'),
        'off_minor', NULL
    ) ORDER BY l.n)
    FROM jsonb_array_elements(b.price -> 'lines') WITH ORDINALITY AS l (line, n)
    LEFT JOIN ticket_types t ON t.event_id = b.event_id AND t.id = (l.line ->> 'ticket_type_id')::uuid
))
WHERE b.price IS NOT NULL;
