public import Agents
import Core
import HTTP
import Identity
import Privacy
import Store

/// Commands and queries about persons' data: export, erasure.
public struct PrivacyTools: Sendable {
    private let register: PersonRegister

    /// The tools over a register.
    public init(_ register: PersonRegister) {
        self.register = register
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/persons/erasures", tool: "privacy.list-erasures"),
        ToolRoute(.get, "/api/persons/{subject}/export", tool: "privacy.export-person"),
        ToolRoute(.post, "/api/persons/{subject}/erase", tool: "privacy.erase-person"),
        ToolRoute(.post, "/api/persons/{subject}/readmit", tool: "privacy.readmit-person"),
    ]

    private static let subject: JSON = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": 80],
        "The person, for instance `customer:<id>`."
    )
    private static let reason: JSON = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": 500],
        "Why; it is kept in the audit log for good and must not say who the person is."
    )

    private static let key = Shape.record(
        "Person key",
        [("id", Shape.id), ("createdAt", Shape.time), ("erasedAt", Shape.nullable(Shape.time))]
    )

    private static let receipt = Shape.record(
        "Erasure receipt",
        [
            ("subject", Shape.text), ("keyId", Shape.id), ("erasedAt", Shape.time),
            ("at", Shape.time),
            (
                "removed",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [("room", Shape.text), ("what", Shape.text), ("count", Shape.count)]
                    )
                )
            ),
            (
                "log",
                Shape.described(
                    Shape.choice(["cleared", "pending"]),
                    "Whether older states are gone from the store's own files too."
                )
            ),
        ]
    )

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        [try export(), try erase(), try readmit(), try erasures()]
    }

    private func export() throws -> Tool {
        try Tool(
            name: "privacy.export-person",
            purpose: "Gives out everything that is kept about a person, opened.",
            input: Shape.record(nil, [("subject", Self.subject)]),
            output: Shape.record(
                "Person export",
                [
                    ("subject", Shape.text), ("at", Shape.time), ("key", Shape.nullable(Self.key)),
                    ("records", Shape.object),
                ]
            ),
            roles: [.admin],
            body: .external { [register] input, invocation in
                try await register.export(
                    try register.subject(input.member("subject")),
                    scope: invocation.scope
                )
            }
        )
    }

    private func erase() throws -> Tool {
        try Tool(
            name: "privacy.erase-person",
            purpose: """
                Erases a person: drops the key of what is sealed, and removes what is kept in clear. \
                Nothing brings it back but a backup from before.
                """,
            input: Shape.record(nil, [("subject", Self.subject), ("reason", Self.reason)]),
            output: Self.receipt,
            roles: [.admin],
            needsApproval: true,
            body: .external { [register] input, invocation in
                try await register.erase(
                    try register.subject(input.member("subject")),
                    reason: input.member("reason"),
                    scope: invocation.scope
                )
            }
        )
    }

    private func readmit() throws -> Tool {
        try Tool(
            name: "privacy.readmit-person",
            purpose: "Lets an erased person be known again, under a new key; nothing comes back.",
            input: Shape.record(nil, [("subject", Self.subject), ("reason", Self.reason)]),
            output: Shape.record(nil, [("subject", Shape.text)]),
            roles: [.admin],
            needsApproval: true,
            body: .external { [register] input, invocation in
                try await register.readmit(
                    try register.subject(input.member("subject")),
                    reason: input.member("reason"),
                    scope: invocation.scope
                )
            }
        )
    }

    private func erasures() throws -> Tool {
        try Tool(
            name: "privacy.list-erasures",
            purpose: "Lists who was erased and when, to be erased again after a restore.",
            input: Shape.record(nil, []),
            output: Shape.record(
                nil,
                [
                    (
                        "erasures",
                        Shape.list(
                            of: Shape.record(
                                nil,
                                [("subject", Shape.text), ("erasedAt", Shape.time)]
                            )
                        )
                    )
                ]
            ),
            roles: [.admin],
            body: .read { [register] _, invocation, reader in
                try register.erasures(scope: invocation.scope, in: reader)
            }
        )
    }
}
