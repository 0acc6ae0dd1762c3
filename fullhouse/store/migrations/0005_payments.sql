-- Money: what buyers owe and have paid, as a ledger that only grows. docs/decisions/0009-money.md says why it is cut this way.

ALTER TABLE bookings DROP CONSTRAINT bookings_paid_by_check;
ALTER TABLE bookings ADD CONSTRAINT bookings_paid_by_check
    CHECK (paid_by IN ('cash', 'card_terminal', 'comp', 'bank_transfer', 'stripe'));

-- Double entry: a posting is all rows with one (event_id, booking_number, what, number), and they sum to zero. What
-- arrives on an account is positive. number: that of the payment or the refund; 0 for what a booking has once. So
-- nothing can be posted twice. Rows are never changed and never deleted.
CREATE TABLE ledger_entries (
    event_id uuid NOT NULL,
    booking_number bigint NOT NULL,
    what text NOT NULL CHECK (what IN ('sale', 'cancellation', 'receipt', 'refund')),
    number smallint NOT NULL CHECK (number >= 0),
    account text NOT NULL CHECK (
        account IN ('buyer', 'sales', 'tax', 'fees', 'refunds', 'cash', 'card_terminal', 'bank', 'stripe')
    ),
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    at timestamptz NOT NULL,
    payment_id uuid,
    PRIMARY KEY (event_id, booking_number, what, number, account),
    CONSTRAINT ledger_entries_accounts CHECK (
        account = 'buyer'
        OR (what IN ('sale', 'cancellation') AND account IN ('sales', 'tax', 'fees'))
        OR (what IN ('receipt', 'refund') AND account IN ('cash', 'card_terminal', 'bank', 'stripe'))
        OR (what = 'refund' AND account = 'refunds')
    ),
    CONSTRAINT ledger_entries_direction CHECK (
        (what IN ('sale', 'refund') AND (amount_minor > 0) = (account IN ('buyer', 'refunds')))
        OR (what IN ('cancellation', 'receipt') AND (amount_minor < 0) = (account = 'buyer'))
    )
);

-- One try of a buyer to pay for a booking; number 0 is what was paid at the desk. reference: what the provider, or a bank statement, calls it by.
-- instructions: what the buyer needs to pay. reason: why it failed, or why its money went back.
CREATE TABLE payments (
    event_id uuid NOT NULL,
    booking_number bigint NOT NULL,
    number smallint NOT NULL CHECK (number >= 0),
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    provider text NOT NULL CHECK (provider IN ('cash', 'card_terminal', 'bank_transfer', 'stripe')),
    state text NOT NULL CHECK (
        state IN ('open', 'received', 'paid', 'failed', 'cancelled', 'refunding', 'refunded', 'refund_failed')
    ),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    received_minor bigint NOT NULL DEFAULT 0 CHECK (received_minor >= 0),
    refunded_minor bigint NOT NULL DEFAULT 0,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    reference text,
    instructions jsonb NOT NULL DEFAULT '{}',
    reason text,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (event_id, booking_number, number),
    CONSTRAINT payments_at_the_desk CHECK ((number = 0) = (provider IN ('cash', 'card_terminal'))),
    CONSTRAINT payments_never_refunded_more CHECK (refunded_minor BETWEEN 0 AND received_minor),
    CONSTRAINT payments_received CHECK (
        (state IN ('open', 'failed', 'cancelled') AND refunded_minor = 0)
        OR (state NOT IN ('open', 'failed', 'cancelled') AND received_minor > 0)
    )
);

-- A buyer pays in one way at a time.
CREATE UNIQUE INDEX payments_one_open ON payments (event_id, booking_number) WHERE state = 'open';
CREATE INDEX payments_by_id ON payments (id);
CREATE INDEX payments_by_reference ON payments (reference) WHERE reference IS NOT NULL;
CREATE INDEX payments_under_way ON payments (changed_at) WHERE state IN ('open', 'received', 'refunding');

-- Money on its way back. id is also what the provider knows a repeated call by, so it is stored before the first call.
CREATE TABLE refunds (
    event_id uuid NOT NULL,
    booking_number bigint NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    payment_number smallint NOT NULL,
    id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    state text NOT NULL CHECK (state IN ('asked', 'done', 'failed')),
    reference text,
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, booking_number, number),
    FOREIGN KEY (event_id, booking_number, payment_number) REFERENCES payments
);
CREATE UNIQUE INDEX refunds_one_asked ON refunds (event_id, booking_number, payment_number) WHERE state = 'asked';
CREATE UNIQUE INDEX refunds_by_id ON refunds (event_id, booking_number, id);

-- What came in on the bank account, as statements tell it. id is a digest of the entry, so that a statement that is
-- read again adds nothing. payment_id: what it was matched to by its creditor reference; null when that is not clear.
CREATE TABLE bank_transfers (
    id uuid PRIMARY KEY,
    payment_id uuid,
    booked_on date NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    payer text NOT NULL,
    remittance text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX bank_transfers_by_payment ON bank_transfers (payment_id);
