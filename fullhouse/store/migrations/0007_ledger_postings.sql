-- The ledger with one row for each posting instead of one for each of its entries, so that PostgreSQL itself sees that
-- every posting sums to zero. docs/decisions/0009-money.md.

-- Double entry: what arrives on an account is positive. money_minor is on money_account. number: that of the payment
-- or the refund; 0 for what a booking has once. So nothing can be posted twice. Rows are never changed and never deleted.
CREATE TABLE ledger_postings (
    event_id uuid NOT NULL,
    booking_number bigint NOT NULL,
    at timestamptz NOT NULL,
    buyer_minor bigint NOT NULL,
    sales_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    refunds_minor bigint NOT NULL,
    money_minor bigint NOT NULL,
    payment_id uuid,
    number smallint NOT NULL CHECK (number >= 0),
    what text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    money_account text CHECK (money_account IN ('cash', 'card_terminal', 'bank', 'stripe')),
    PRIMARY KEY (event_id, booking_number, what, number),
    CONSTRAINT ledger_postings_sum_to_zero CHECK (
        buyer_minor + sales_minor + fees_minor + tax_minor + refunds_minor + money_minor = 0
    ),
    CONSTRAINT ledger_postings_accounts CHECK (
        (what IN ('sale', 'cancellation') AND money_account IS NULL AND money_minor = 0 AND refunds_minor = 0)
        OR (what IN ('receipt', 'refund') AND money_account IS NOT NULL
            AND sales_minor = 0 AND fees_minor = 0 AND tax_minor = 0)
    ),
    CONSTRAINT ledger_postings_direction CHECK (
        (what = 'sale' AND buyer_minor > 0 AND sales_minor <= 0 AND fees_minor <= 0 AND tax_minor <= 0)
        OR (what = 'cancellation' AND buyer_minor < 0 AND sales_minor >= 0 AND fees_minor >= 0 AND tax_minor >= 0)
        OR (what = 'receipt' AND money_minor > 0 AND refunds_minor = 0)
        OR (what = 'refund' AND money_minor < 0 AND buyer_minor >= 0 AND refunds_minor >= 0)
    )
);

INSERT INTO ledger_postings (event_id, booking_number, at, buyer_minor, sales_minor, fees_minor, tax_minor,
    refunds_minor, money_minor, payment_id, number, what, currency, money_account)
SELECT event_id, booking_number, at,
    coalesce(sum(amount_minor) FILTER (WHERE account = 'buyer'), 0),
    coalesce(sum(amount_minor) FILTER (WHERE account = 'sales'), 0),
    coalesce(sum(amount_minor) FILTER (WHERE account = 'fees'), 0),
    coalesce(sum(amount_minor) FILTER (WHERE account = 'tax'), 0),
    coalesce(sum(amount_minor) FILTER (WHERE account = 'refunds'), 0),
    coalesce(sum(amount_minor) FILTER (WHERE account IN ('cash', 'card_terminal', 'bank', 'stripe')), 0),
    payment_id, number, what, currency,
    max(account) FILTER (WHERE account IN ('cash', 'card_terminal', 'bank', 'stripe'))
FROM ledger_entries
GROUP BY event_id, booking_number, what, number, currency, at, payment_id;

DROP TABLE ledger_entries;
