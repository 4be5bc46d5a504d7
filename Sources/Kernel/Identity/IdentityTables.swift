public import Store

/// The tables of this room.
public enum IdentityTables {
    /// All steps, to be given to ``Database/migrate(_:)``.
    public static let migrations: [Migration] = [accounts, credentials]

    private static let accounts =
        Migration(
            "identity",
            1,
            "organisations, accounts, memberships, sessions, audit",
            [
                """
                CREATE TABLE identity_organisation (
                    id TEXT PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    created_at BIGINT NOT NULL
                )
                """,
                """
                INSERT INTO identity_organisation (id, name, created_at)
                VALUES ('00000000-0000-7000-8000-000000000001', 'system', 0)
                """,
                // A person has an e-mail and no home; a service has a home and no e-mail. The unique
                // indexes let NULLs repeat, in SQLite and PostgreSQL alike.
                """
                CREATE TABLE identity_account (
                    id TEXT PRIMARY KEY,
                    kind TEXT NOT NULL,
                    email TEXT,
                    home TEXT REFERENCES identity_organisation (id),
                    name TEXT NOT NULL,
                    password_hash TEXT,
                    disabled BIGINT NOT NULL,
                    epoch BIGINT NOT NULL,
                    created_at BIGINT NOT NULL
                )
                """,
                "CREATE UNIQUE INDEX identity_account_email ON identity_account (email)",
                "CREATE UNIQUE INDEX identity_account_service ON identity_account (home, name)",
                """
                CREATE TABLE identity_membership (
                    organisation TEXT NOT NULL REFERENCES identity_organisation (id),
                    account TEXT NOT NULL REFERENCES identity_account (id),
                    roles TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, account)
                )
                """,
                "CREATE INDEX identity_membership_account ON identity_membership (account)",
                """
                CREATE TABLE identity_session (
                    id TEXT PRIMARY KEY,
                    account TEXT NOT NULL REFERENCES identity_account (id),
                    organisation TEXT NOT NULL REFERENCES identity_organisation (id),
                    created_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    revoked_at BIGINT
                )
                """,
                "CREATE INDEX identity_session_account ON identity_session (account)",
                "CREATE INDEX identity_session_expiry ON identity_session (expires_at)",
                """
                CREATE TABLE identity_refresh_token (
                    hash TEXT PRIMARY KEY,
                    session TEXT NOT NULL REFERENCES identity_session (id),
                    issued_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL,
                    used_at BIGINT
                )
                """,
                "CREATE INDEX identity_refresh_session ON identity_refresh_token (session)",
                """
                CREATE TABLE identity_audit (
                    seq IDENTITY,
                    organisation TEXT NOT NULL,
                    at BIGINT NOT NULL,
                    actor TEXT NOT NULL,
                    on_behalf_of TEXT,
                    action TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    outcome TEXT NOT NULL,
                    detail TEXT NOT NULL,
                    trace TEXT NOT NULL
                )
                """,
                "CREATE INDEX identity_audit_place ON identity_audit (organisation, seq)",
            ]
        )

    private static let credentials = Migration(
        "identity",
        2,
        "keys, second factors, resets, federation, sessions' places, audit chain",
        [
            "ALTER TABLE identity_account ADD COLUMN last_sign_in_at BIGINT",
            "ALTER TABLE identity_session ADD COLUMN last_used_at BIGINT",
            "ALTER TABLE identity_session ADD COLUMN address TEXT",
            "ALTER TABLE identity_session ADD COLUMN user_agent TEXT",
            // Entries of before are chained at the first start, by AuditLog.adopt.
            "ALTER TABLE identity_audit ADD COLUMN number BIGINT",
            "ALTER TABLE identity_audit ADD COLUMN hash TEXT",
            "CREATE UNIQUE INDEX identity_audit_chain ON identity_audit (organisation, number)",
            """
            CREATE TABLE identity_audit_head (
                organisation TEXT PRIMARY KEY,
                number BIGINT NOT NULL,
                hash TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE identity_api_key (
                id TEXT PRIMARY KEY,
                organisation TEXT NOT NULL REFERENCES identity_organisation (id),
                name TEXT NOT NULL,
                prefix TEXT NOT NULL,
                hash TEXT NOT NULL UNIQUE,
                roles TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                created_by TEXT NOT NULL REFERENCES identity_account (id),
                expires_at BIGINT NOT NULL,
                last_used_at BIGINT,
                revoked_at BIGINT,
                revoke_reason TEXT
            )
            """,
            "CREATE INDEX identity_api_key_place ON identity_api_key (organisation, id)",
            """
            CREATE TABLE identity_totp (
                account TEXT PRIMARY KEY REFERENCES identity_account (id),
                secret TEXT NOT NULL,
                last_step BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                confirmed_at BIGINT
            )
            """,
            """
            CREATE TABLE identity_recovery_code (
                account TEXT NOT NULL REFERENCES identity_account (id),
                hash TEXT NOT NULL,
                PRIMARY KEY (account, hash)
            )
            """,
            // The account is NULL for an e-mail that nobody has: the same work is done for it.
            """
            CREATE TABLE identity_reset (
                hash TEXT PRIMARY KEY,
                account TEXT,
                purpose TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX identity_reset_account ON identity_reset (account)",
            """
            CREATE TABLE identity_federation (
                issuer TEXT NOT NULL,
                subject TEXT NOT NULL,
                account TEXT NOT NULL REFERENCES identity_account (id),
                created_at BIGINT NOT NULL,
                PRIMARY KEY (issuer, subject)
            )
            """,
            "CREATE INDEX identity_federation_account ON identity_federation (account)",
            """
            CREATE TABLE identity_exchange (
                hash TEXT PRIMARY KEY,
                browser TEXT NOT NULL,
                account TEXT NOT NULL,
                provider TEXT NOT NULL,
                expires_at BIGINT NOT NULL
            )
            """,
        ]
    )
}
