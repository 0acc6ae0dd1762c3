-- The events of a series, in the order in which they are listed.
CREATE INDEX events_by_series ON events (series_id, starts_at, id) WHERE series_id IS NOT NULL;
