-- Event pages are found by their slug alone; of several organizers' events with the same one, the oldest has the address.
CREATE INDEX events_by_slug ON events (slug, id) WHERE slug IS NOT NULL;
