-- What the worker keeps beside the selling, so that searches and the numbers of dashboards read little: nothing here is
-- written by a batch. docs/decisions/0013-search.md says what the other ways would have cost.

-- To which booking number an event is looked through for searches. Who works at it locks the row.
CREATE TABLE event_tallies (
    event_id uuid PRIMARY KEY,
    organizer_id uuid NOT NULL,
    bookings_indexed bigint NOT NULL DEFAULT 0
);

-- Bookings of an event that were made in the same moment, as all of a batch are: by them those of an organizer are
-- listed in order of time. Others with numbers in between have another moment.
CREATE TABLE booking_runs (
    event_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    first_number bigint NOT NULL,
    last_number bigint NOT NULL,
    organizer_id uuid NOT NULL,
    PRIMARY KEY (event_id, made_at)
);
CREATE INDEX booking_runs_of_organizer ON booking_runs (organizer_id, made_at, event_id);

-- Words of a buyer's name and mail address, and of holders' names, as rules/booking_search.py makes them.
CREATE TABLE booking_words (
    event_id uuid NOT NULL,
    booking_number bigint NOT NULL,
    word text COLLATE "C" NOT NULL,
    organizer_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, booking_number, word)
);
CREATE INDEX booking_words_found ON booking_words (organizer_id, word, made_at, event_id, booking_number);

-- To which notice an event's sales are counted, and by the days of which time zone. Who counts locks the row.
CREATE TABLE sales_counts (
    event_id uuid PRIMARY KEY,
    notices_counted bigint NOT NULL,
    time_zone text NOT NULL
);

-- What an event sold and took back by ticket type, in a quarter of an hour, in a day of its time zone (of which `at` is
-- the midnight in UTC), and ever (1970). What belongs to whole bookings, as their fees do, has zeros for a ticket type.
CREATE TABLE sales (
    event_id uuid NOT NULL,
    grain text NOT NULL CHECK (grain IN ('quarter_hour', 'day', 'ever')),
    at timestamptz NOT NULL,
    ticket_type_id uuid NOT NULL,
    sold bigint NOT NULL DEFAULT 0,
    comp bigint NOT NULL DEFAULT 0,
    cancelled bigint NOT NULL DEFAULT 0,
    net_minor bigint NOT NULL DEFAULT 0,
    fees_minor bigint NOT NULL DEFAULT 0,
    tax_minor bigint NOT NULL DEFAULT 0,
    back_net_minor bigint NOT NULL DEFAULT 0,
    back_fees_minor bigint NOT NULL DEFAULT 0,
    back_tax_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, grain, at, ticket_type_id)
);
