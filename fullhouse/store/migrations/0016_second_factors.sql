-- Second factors: authenticator apps, recovery codes, passkeys; and the single-use rows of sign-ins under way.

-- secret is what the app has too, so it can't be a hash. Not in use before confirmed_at. Codes up to last_used_step are
-- used: who takes one raises it in a conditional update, so that a code is good once.
CREATE TABLE person_totp (
    person_id uuid PRIMARY KEY REFERENCES persons ON DELETE CASCADE,
    secret text NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_used_step bigint NOT NULL DEFAULT 0
);

CREATE TABLE person_recovery_codes (
    person_id uuid NOT NULL REFERENCES persons ON DELETE CASCADE,
    hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (person_id, hash)
);

CREATE TABLE person_passkeys (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons ON DELETE CASCADE,
    credential_id bytea NOT NULL CONSTRAINT person_passkeys_credential UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL CHECK (sign_count >= 0),
    name text NOT NULL,
    transports text[] NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);

CREATE INDEX person_passkeys_of_person ON person_passkeys (person_id, created_at);

-- Deleted by who answers it, right or wrong. person_id is null for a sign-in by passkey alone.
CREATE TABLE web_authn_challenges (
    challenge bytea PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('registration', 'second_factor', 'sign_in')),
    person_id uuid REFERENCES persons ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    CHECK ((person_id IS NULL) = (purpose = 'sign_in'))
);

CREATE INDEX web_authn_challenges_by_age ON web_authn_challenges (expires_at);

-- A sign-in that is at the OpenID provider: of the state there is a hash alone, for the browser has the state itself.
CREATE TABLE openid_sign_ins (
    state_hash bytea PRIMARY KEY,
    nonce text NOT NULL,
    code_verifier text NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX openid_sign_ins_by_age ON openid_sign_ins (expires_at);
