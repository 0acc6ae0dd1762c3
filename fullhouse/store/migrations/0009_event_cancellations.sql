-- Events that were cancelled as a whole, and how far the job has come that cancels their bookings. reason is for buyers.
-- looked_to: the highest booking number that it has looked at; worked_at: when somebody took a page of it last.
CREATE TABLE event_cancellations (
    event_id uuid PRIMARY KEY REFERENCES events,
    reason text CHECK (char_length(reason) BETWEEN 1 AND 500),
    created_at timestamptz NOT NULL,
    looked_to bigint NOT NULL DEFAULT 0 CHECK (looked_to >= 0),
    worked_at timestamptz,
    done_at timestamptz
);
CREATE INDEX event_cancellations_running ON event_cancellations (created_at) WHERE done_at IS NULL;
