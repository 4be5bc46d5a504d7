import Agents
import Core
import HTTP

/// What is said of the routes that map to no tool.
extension RouteDocumentation {
    private static let tokens: JSON = Shape.record(
        "Tokens",
        [
            ("accessToken", Shape.described(Shape.text, "For the Authorization header.")),
            ("tokenType", ["const": "Bearer"]), ("accessExpiresAt", Shape.time),
            ("expiresIn", Shape.described(Shape.count, "Seconds until the access token ends.")),
            ("refreshToken", Shape.described(Shape.text, "Good once, for the next pair.")),
            ("refreshExpiresAt", Shape.time), ("account", Shape.actor),
            ("roles", Shape.list(of: Shape.text)), ("organisation", Shape.object),
            ("organisations", Shape.list(of: Shape.object)),
        ]
    )

    private static let refreshToken: JSON = [
        "type": "object", "required": ["refreshToken"], "additionalProperties": false,
        "properties": ["refreshToken": ["type": "string", "maxLength": 1000]],
    ]

    static let signIn = RouteDocumentation(
        "signIn",
        tag: "sign-in",
        "Signs a person in.",
        details: "After several wrong passwords the account and the address have to wait.",
        isPublic: true,
        body: .json([
            "title": "Sign-in", "type": "object", "required": ["email", "password"],
            "additionalProperties": false,
            "properties": [
                "email": ["type": "string", "maxLength": 320],
                "password": ["type": "string", "maxLength": 1000],
                "code": [
                    "type": ["string", "null"], "minLength": 1, "maxLength": 64,
                    "description": "Six digits of the second factor, or a recovery code.",
                ],
                "organisation": [
                    "type": ["string", "null"], "format": "uuid",
                    "description": "Which one, for members of several.",
                ],
            ],
        ]),
        answers: [.json(.ok, tokens, "Signed in.")],
        problems: [.unauthorised, .conflict, .unprocessableContent]
    )

    static let forgot = RouteDocumentation(
        "forgotPassword",
        tag: "sign-in",
        "Sends a link for a new password, if there is such an account.",
        isPublic: true,
        body: .json([
            "type": "object", "required": ["email"], "additionalProperties": false,
            "properties": ["email": ["type": "string", "maxLength": 320]],
        ]),
        answers: [.json(.accepted, Shape.record(nil, []), "The same for every address.")],
        problems: [.unprocessableContent]
    )

    static let reset = RouteDocumentation(
        "resetPassword",
        tag: "sign-in",
        "Sets a new password by the link's token, and ends all sessions.",
        isPublic: true,
        body: .json([
            "type": "object", "required": ["token", "password"], "additionalProperties": false,
            "properties": [
                "token": ["type": "string", "maxLength": 200],
                "password": ["type": "string", "maxLength": 1000],
            ],
        ]),
        answers: [.nothing],
        problems: [.unauthorised, .notFound, .conflict, .unprocessableContent]
    )

    static let providers = RouteDocumentation(
        "listSignInProviders",
        tag: "sign-in",
        "Lists the identity providers that people may sign in with.",
        isPublic: true,
        answers: [
            .json(
                .ok,
                Shape.page(
                    of: Shape.record(nil, [("name", Shape.text), ("label", Shape.text)])
                ),
                "The providers."
            )
        ]
    )

    static let providerStart = RouteDocumentation(
        "startProvider",
        tag: "sign-in",
        "Leads a browser to an identity provider.",
        isPublic: true,
        parameters: [.init("return", in: .query, schema: ["type": "string"])],
        answers: [.init(.seeOther, "To the provider.", headers: ["Location"])],
        problems: [.notFound, .unprocessableContent]
    )

    static let providerReturn = RouteDocumentation(
        "returnFromProvider",
        tag: "sign-in",
        "Takes a browser back from an identity provider.",
        isPublic: true,
        parameters: ["code", "state", "iss", "error"].map {
            .init($0, in: .query, schema: ["type": "string"])
        },
        answers: [.init(.seeOther, "To the console.", headers: ["Location"])],
        problems: [.notFound, .unprocessableContent]
    )

    static let exchange = RouteDocumentation(
        "exchangeCode",
        tag: "sign-in",
        "Gives tokens for the code with which a provider's sign-in ended.",
        isPublic: true,
        body: .json([
            "type": "object", "required": ["code"], "additionalProperties": false,
            "properties": ["code": ["type": "string", "minLength": 1, "maxLength": 200]],
        ]),
        answers: [.json(.ok, tokens, "Signed in.")],
        problems: [.unauthorised, .notFound, .conflict, .unprocessableContent]
    )

    static let keys = RouteDocumentation(
        "getKeys",
        tag: "sign-in",
        "The public keys of access tokens (RFC 7517).",
        isPublic: true,
        answers: [
            .json(
                .ok,
                Shape.record(nil, [("keys", Shape.list(of: Shape.object))]),
                "The keys."
            )
        ]
    )

    static let refresh = RouteDocumentation(
        "refreshTokens",
        tag: "sign-in",
        "Gives new tokens for a refresh token.",
        details: "A refresh token that comes twice ends the session: somebody has copied it.",
        isPublic: true,
        body: .json(refreshToken),
        answers: [.json(.ok, tokens, "Here they are.")],
        problems: [.unauthorised, .unprocessableContent]
    )

    static let revoke = RouteDocumentation(
        "signOut",
        tag: "sign-in",
        "Ends the session of a refresh token.",
        isPublic: true,
        body: .json(refreshToken),
        answers: [.nothing],
        problems: [.unauthorised, .unprocessableContent]
    )

    static let me = RouteDocumentation(
        "getMe",
        tag: "me",
        "Says who is signed in.",
        answers: [
            .json(
                .ok,
                [
                    "title": "Me", "type": "object",
                    "required": ["account", "organisation", "roles", "organisations"],
                    "properties": [
                        "account": [
                            "type": "object", "required": ["id", "name", "email"],
                            "properties": [
                                "id": Shape.id, "name": Shape.text, "kind": Shape.text,
                                "email": ["type": ["string", "null"]],
                            ],
                        ],
                        "organisation": Shape.named, "roles": Shape.list(of: Shape.text),
                        "organisations": Shape.list(of: Shape.named),
                        "totp": Shape.described(Shape.flag, "Whether a second factor is on."),
                    ],
                ],
                "You."
            )
        ],
        problems: [.notFound]
    )

    static let live = RouteDocumentation(
        "getLiveness",
        tag: "health",
        "Says that the process runs.",
        isPublic: true,
        answers: [.json(.ok, Shape.record(nil, [("status", ["const": "live"])]), "It does.")]
    )

    private static let report: JSON = Shape.record(
        "Readiness",
        [
            ("status", Shape.choice(["ready", "unavailable"])),
            (
                "checks",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("name", Shape.text), ("status", Shape.choice(["ok", "failed"])),
                            ("durationMicros", Shape.count),
                        ]
                    )
                )
            ),
        ]
    )

    static let ready = RouteDocumentation(
        "getReadiness",
        tag: "health",
        "Says whether the server can do its work.",
        isPublic: true,
        answers: [
            .json(.ok, report, "It can."), .json(.serviceUnavailable, report, "It cannot."),
        ]
    )

    static let metrics = RouteDocumentation(
        "getMetrics",
        tag: "metrics",
        "Figures in Prometheus' text format.",
        isPublic: true,
        answers: [.init(.ok, "The figures.", content: [("text/plain", ["type": "string"])])]
    )
}
