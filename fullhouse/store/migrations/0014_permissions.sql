-- Organizers with what they say of themselves, test organizers, and API keys with scopes and limits.

-- reply_to: where answers to an organizer's mails go. test_of: whose tests this organizer's are; it is the same kind of
-- organizer with data of its own, so nothing of a test can be taken for real. Nobody has two.
ALTER TABLE organizers
    ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de')),
    ADD COLUMN reply_to text CHECK (char_length(reply_to) BETWEEN 3 AND 254),
    ADD COLUMN test_of uuid UNIQUE REFERENCES organizers,
    ADD CONSTRAINT organizers_test_of_another CHECK (test_of <> id);

-- A key that was made before there were scopes may still do what it could. event_ids: null when it is not limited.
ALTER TABLE api_keys
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{read,sell,manage}'
        CHECK (scopes <@ '{read,sell,manage,door}' AND cardinality(scopes) > 0),
    ADD COLUMN event_ids uuid[] CHECK (cardinality(event_ids) > 0),
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN last_used_at timestamptz;
ALTER TABLE api_keys ALTER COLUMN scopes DROP DEFAULT;

CREATE INDEX api_keys_of_organizer ON api_keys (organizer_id, id);

-- The events of an organizer: drafts are shown to him alone, and a test organizer's can be wiped.
CREATE INDEX events_of_organizer ON events (organizer_id, starts_at, id);

-- Two organizers may be told of the same transfer, and neither learns of the other. What came in before belongs to the
-- one organizer that there was.
ALTER TABLE bank_transfers ADD COLUMN organizer_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE bank_transfers ALTER COLUMN organizer_id DROP DEFAULT;
ALTER TABLE bank_transfers DROP CONSTRAINT bank_transfers_pkey;
ALTER TABLE bank_transfers ADD PRIMARY KEY (organizer_id, id);
