-- Mails: to be sent, sent, or given up; also the log of them. And what organizers say about theirs.

-- context: what the template of this kind is rendered with. message_id never changes, so that a mail that is sent twice
-- by a crash in between is known as one. Those of a booking are sent in the order of their numbers, since clocks differ. A mail that is being sent
-- is leased by whoever sends it until next_try_at. mailing_key: whom a mailing reaches by it, so that nobody gets it
-- twice. token: opens unsubscribing, for the kinds that can be unsubscribed from.
CREATE TABLE mails (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    organizer_id uuid,
    of_event_id uuid,
    booking_number bigint,
    mailing_id uuid,
    mailing_key text,
    token uuid,
    kind text NOT NULL,
    language text NOT NULL,
    to_name text NOT NULL,
    to_email text NOT NULL,
    context jsonb NOT NULL,
    message_id text NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'kept')),
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz,
    error text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    CONSTRAINT mails_of_a_mailing CHECK ((mailing_id IS NULL) = (mailing_key IS NULL))
);
CREATE INDEX mails_due ON mails (next_try_at) WHERE state = 'waiting';
CREATE INDEX mails_in_order ON mails (of_event_id, booking_number, number);
CREATE INDEX mails_of_organizer ON mails (organizer_id, id);
CREATE UNIQUE INDEX mails_once_of_a_mailing ON mails (mailing_id, mailing_key) WHERE mailing_id IS NOT NULL;
CREATE UNIQUE INDEX mails_by_token ON mails (token) WHERE token IS NOT NULL;

-- reminder_hours: so long before an event its buyers are reminded; null for not at all.
CREATE TABLE mail_settings (
    organizer_id uuid PRIMARY KEY REFERENCES organizers,
    reminder_hours integer CHECK (reminder_hours BETWEEN 1 AND 720)
);

-- An organizer's own subject and opening of a kind of mail; null leaves what there is.
CREATE TABLE wordings (
    organizer_id uuid NOT NULL REFERENCES organizers,
    kind text NOT NULL,
    language text NOT NULL CHECK (language IN ('en', 'de')),
    subject text CHECK (char_length(subject) <= 200),
    opening text CHECK (char_length(opening) <= 5000),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organizer_id, kind, language)
);

-- One mail to many: the buyers of an event, or of one ticket type. Written page by page, in order of their bookings, at
-- a rate: looked_to is the highest booking number that was looked at. about: the date that a reminder is of.
CREATE TABLE mailings (
    event_id uuid NOT NULL REFERENCES events,
    id uuid NOT NULL,
    organizer_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('message', 'reminder', 'event_changed')),
    ticket_type_id uuid,
    context jsonb NOT NULL,
    per_minute integer NOT NULL CHECK (per_minute BETWEEN 1 AND 60000),
    about timestamptz,
    created_at timestamptz NOT NULL,
    looked_to bigint NOT NULL DEFAULT 0,
    next_page_at timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (event_id, id)
);
CREATE INDEX mailings_running ON mailings (next_page_at) WHERE done_at IS NULL;
CREATE UNIQUE INDEX mailings_reminder_once ON mailings (event_id, about) WHERE kind = 'reminder';

-- Who wants no more messages and reminders of an organizer, by the address as buyers are compared by it.
CREATE TABLE unsubscriptions (
    organizer_id uuid NOT NULL REFERENCES organizers,
    buyer_key text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organizer_id, buyer_key)
);
