-- What the codes of tickets are signed with: one key signs, those before it are still believed unless they are withdrawn.

-- key_id begins the digest of the public key; it stands in every code. A key that signs no more is kept without its
-- private part, so that nothing of this database can sign in its name.
CREATE TABLE ticket_signing_keys (
    key_id bytea PRIMARY KEY CHECK (length(key_id) = 4),
    public_key bytea NOT NULL UNIQUE CHECK (length(public_key) = 32),
    private_key bytea CHECK (length(private_key) = 32),
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    withdrawn_at timestamptz,
    CHECK ((private_key IS NULL) = (retired_at IS NOT NULL)),
    CHECK (withdrawn_at IS NULL OR retired_at IS NOT NULL)
);

CREATE UNIQUE INDEX ticket_signing_keys_signing ON ticket_signing_keys ((retired_at IS NULL)) WHERE retired_at IS NULL;
