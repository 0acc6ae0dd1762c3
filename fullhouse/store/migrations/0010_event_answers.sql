-- A new event is remembered under its key as all that organizers write is: status, body and Location, whole.
UPDATE idempotency_keys SET outcome = json_build_object(
    'answered', 201,
    'body', json_build_object(
        'id', outcome -> 'created' -> 'id',
        'name', outcome -> 'created' -> 'name',
        'date', outcome -> 'created' -> 'starts_at',
        'venue', outcome -> 'created' -> 'venue',
        'total_seats', outcome -> 'created' -> 'total_seats',
        'available_seats', outcome -> 'created' -> 'available_seats',
        'created_at', outcome -> 'created' -> 'created_at'
    ),
    'location', '/events/' || (outcome -> 'created' ->> 'id')
)
WHERE outcome -> 'created' IS NOT NULL;
