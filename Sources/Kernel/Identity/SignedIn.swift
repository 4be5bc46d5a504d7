public import Core

/// What a sign-in, or its renewal, gives.
public struct SignedIn: Sendable {
    /// The access token, to be sent as `Authorization: Bearer`.
    public let accessToken: Secret
    /// When the access token ends.
    public let accessExpiresAt: Timestamp
    /// The refresh token: good for one renewal.
    public let refreshToken: Secret
    /// When the refresh token ends.
    public let refreshExpiresAt: Timestamp
    /// Who signed in.
    public let actor: Actor
    /// The roles within `organisation`.
    public let roles: Set<Role>
    /// The organisation the tokens are good for.
    public let organisation: OrganisationRecord
    /// All organisations the account is a member of, by name.
    public let organisations: [OrganisationRecord]

    /// The answer to the one who signed in; it holds the tokens, so it must not be logged.
    public var json: JSON {
        [
            "accessToken": .string(accessToken.exposed), "tokenType": "Bearer",
            "accessExpiresAt": accessExpiresAt.json,
            "refreshToken": .string(refreshToken.exposed),
            "refreshExpiresAt": refreshExpiresAt.json, "account": actor.json,
            "roles": roles.json, "organisation": organisation.json,
            "organisations": .array(organisations.map(\.json)),
        ]
    }
}

/// How long sign-ins last and whom they are for.
public struct SignInConfiguration: Sendable {
    /// The `iss` of access tokens; default `weft`.
    public var issuer = "weft"
    /// The `aud` of access tokens; default `weft`.
    public var audience = "weft"
    /// How long an access token is good; default 15 min.
    public var accessLifetime: Duration = .seconds(15 * 60)
    /// How long a refresh token is good; default 30 days.
    public var refreshLifetime: Duration = .seconds(30 * 86_400)
    /// Attempts per account and address before delays begin; default 5.
    public var freeAttempts = 5
    /// Attempts per address, whatever the account, before delays begin; default 50.
    public var freeAttemptsPerAddress = 50
    /// Attempts per account, wherever from, before delays of at most a minute begin; default 50.
    public var freeAttemptsPerAccount = 50
    /// The longest delay; default 15 min.
    public var longestDelay: Duration = .seconds(15 * 60)
    /// How many verified access tokens are kept; default 10,000.
    public var cachedTokens = 10_000
    /// How many password checks may wait besides the two at work; default 64.
    public var waitingPasswords = 64

    /// How long a link to set a forgotten password is good; default 30 min.
    public var resetLifetime: Duration = .seconds(30 * 60)
    /// How long an invitation is good; default 7 days.
    public var invitationLifetime: Duration = .seconds(7 * 86_400)
    /// What authenticator apps call the installation; default `Weft`.
    public var productName = "Weft"

    /// The defaults.
    public init() {}
}
