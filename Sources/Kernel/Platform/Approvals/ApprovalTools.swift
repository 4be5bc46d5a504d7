public import Agents
import Core
import HTTP
import Identity
import Store
import Workflows

/// Queries and commands about what people are asked to agree to.
public struct ApprovalTools: Sendable {
    let kernel: Kernel

    /// The tools over a kernel.
    public init(kernel: Kernel) {
        self.kernel = kernel
    }

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        [try request(), try list(), try get(), try decide()]
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/approvals", tool: "approvals.list-approvals"),
        ToolRoute(.get, "/api/approvals/{id}", tool: "approvals.get-approval"),
        ToolRoute(.post, "/api/approvals/{id}/decide", tool: "approvals.decide-approval"),
    ]

    static func text(_ most: Int) -> JSON {
        ["type": "string", "minLength": 1, "maxLength": .int(most)]
    }

    private static let roles: JSON = ["type": "array", "maxItems": 20, "items": text(64)]

    /// How long a question may stay open, and its escalation may take.
    private static let longest = 366 * 86_400

    private func request() throws -> Tool {
        try Tool(
            name: "workflows.request-approval",
            purpose: "Asks people to agree; for tasks that end with .waitForTaskToken.",
            input: Shape.record(
                nil,
                [
                    ("token", Self.text(200)), ("title", Self.text(200)), ("details", Shape.any),
                    (
                        "roles",
                        Shape.described(Self.roles, "Who may decide; none: admin and manager.")
                    ),
                    (
                        "expiresInSeconds",
                        ["type": "integer", "minimum": 1, "maximum": .int(Self.longest)]
                    ),
                    (
                        "expiresAt",
                        Shape.described(Shape.time, "The task then fails: Weft.ApprovalExpired.")
                    ),
                    (
                        "escalation",
                        [
                            "type": "array", "maxItems": 10,
                            "items": Shape.record(
                                nil,
                                [
                                    (
                                        "afterSeconds",
                                        [
                                            "type": "integer", "minimum": 1,
                                            "maximum": 2_592_000,
                                        ]
                                    ), ("roles", Self.roles),
                                ]
                            ),
                        ]
                    ), ("secondPerson", Shape.flag),
                    (
                        "input",
                        Shape.described(Shape.any, "What people may change before they agree.")
                    ),
                    ("inputSchema", Shape.described(Shape.any, "What a changed input must fit.")),
                ],
                optional: [
                    "details", "roles", "expiresInSeconds", "expiresAt", "escalation",
                    "secondPerson", "input", "inputSchema",
                ]
            ),
            output: Shape.record(nil, [("id", Shape.id)]),
            body: .write { [kernel] input, invocation in
                let engine = try kernel.workflows.engine()
                let asked = try Self.request(input, at: invocation.now)
                return { transaction in
                    let execution = try engine.execution(
                        waitingFor: asked.key,
                        scope: invocation.scope,
                        in: transaction
                    )
                    guard let execution else {
                        throw GeneralFault(
                            .invalid,
                            code: "invalid-token",
                            "no task waits for this token",
                            pointer: "/token"
                        )
                    }
                    var request = asked
                    request.execution = execution.description
                    let id = try kernel.approvals.request(
                        request,
                        at: invocation.now,
                        scope: invocation.scope,
                        in: transaction
                    )
                    return ["id": id.json]
                }
            }
        )
    }

    private static func request(
        _ input: JSONReader,
        at now: Timestamp
    ) throws(GeneralFault) -> ApprovalRequest {
        func roles(_ json: JSON?) -> Set<Role> {
            Set((json?.array ?? []).compactMap(\.string).map { Role(rawValue: $0) })
        }
        var expiresAt = input.value["expiresAt"]?.string.flatMap { Timestamp($0) }
        if let seconds = input.value["expiresInSeconds"]?.int {
            guard expiresAt == nil else {
                throw GeneralFault(
                    .invalid,
                    code: "invalid-approval",
                    "expected expiresAt or expiresInSeconds, not both",
                    pointer: "/expiresInSeconds"
                )
            }
            expiresAt = now + .seconds(seconds)
        }
        var schema = input.value["inputSchema"]
        if schema == nil, input.value["input"] != nil { schema = .bool(true) }
        return ApprovalRequest(
            key: try input.member("token").string(),
            kind: .task,
            title: try input.member("title").string(),
            details: input.value["details"] ?? .null,
            input: input.value["input"],
            schema: schema,
            roles: roles(input.value["roles"]),
            needsSecondPerson: input.value["secondPerson"]?.bool ?? false,
            expiresAt: expiresAt,
            escalation: (input.value["escalation"]?.array ?? []).map { step in
                .init(
                    after: .seconds(step["afterSeconds"]?.int ?? 0),
                    roles: roles(step["roles"])
                )
            }
        )
    }

    private func list() throws -> Tool {
        try Tool(
            name: "approvals.list-approvals",
            purpose: "Lists what people are asked to agree to, newest first.",
            input: PlatformTools.list(
                [
                    ("open", Shape.described(Shape.flag, "Only what can still be decided.")),
                    ("status", Shape.choice(ApprovalState.names)),
                    ("kind", Shape.choice(Approval.Kind.allCases.map(\.rawValue))),
                    ("agent", Self.text(100)), ("executionId", Shape.id),
                    (
                        "mine",
                        Shape.described(Shape.flag, "Only what you may decide, or have decided.")
                    ),
                ],
                sort: Approvals.sortable.map(\.name)
            ),
            output: Shape.page(of: Self.approval),
            roles: Role.people.subtracting([.customer]),
            body: .read { [kernel] input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: Approvals.sortable,
                    standard: "-requestedAt",
                    key: .init("id", "id")
                )
                let isOpen = input.value["open"]?.bool ?? false
                let page = try kernel.approvals.page(
                    .init(
                        status: isOpen ? "open" : input.value["status"]?.string,
                        kind: input.value["kind"]?.string.flatMap(Approval.Kind.init(rawValue:)),
                        agent: input.value["agent"]?.string,
                        execution: input.value["executionId"]?.string,
                        isMine: input.value["mine"]?.bool ?? false
                    ),
                    query,
                    scope: invocation.scope,
                    in: reader
                )
                return [
                    "items": .array(
                        page.items.map { Self.json($0, for: invocation.scope, at: invocation.now) }
                    ),
                    "nextCursor": page.next,
                ]
            }
        )
    }

    private func get() throws -> Tool {
        try Tool(
            name: "approvals.get-approval",
            purpose: "Shows one question, with what it belongs to and what may be changed.",
            input: PlatformTools.id,
            output: Self.whole,
            roles: Role.people.subtracting([.customer]),
            body: .read { [kernel] input, invocation, reader in
                let approval = try kernel.approvals.get(
                    try WorkflowTools.id(input, "approval"),
                    organisation: invocation.scope.organisation,
                    in: reader
                )
                return try kernel.whole(approval, for: invocation, in: reader)
            }
        )
    }

    private func decide() throws -> Tool {
        try Tool(
            name: "approvals.decide-approval",
            purpose:
                "Approves, rejects or changes what was asked; who asked goes on with the answer.",
            input: Shape.record(
                nil,
                [
                    ("id", Self.text(60)),
                    ("verdict", Shape.choice(["approve", "reject", "amend"])),
                    ("approve", Shape.described(Shape.flag, "The short form of `verdict`.")),
                    (
                        "input",
                        Shape.described(Shape.any, "With `amend`: what shall be done instead.")
                    ),
                    (
                        "comment",
                        Shape.described(
                            ["type": "string", "maxLength": 2_000],
                            "Needed to reject."
                        )
                    ),
                ],
                optional: ["verdict", "approve", "input", "comment"]
            ),
            output: Self.whole,
            roles: Role.people.subtracting([.customer]),
            body: .write { [kernel] input, invocation in
                let id: ID<Approval> = try WorkflowTools.id(input, "approval")
                let verdict = try ApprovalVerdict(input)
                return { transaction in
                    let approval = try kernel.approvals.decide(
                        id,
                        verdict,
                        comment: input.value["comment"]?.string,
                        at: invocation.now,
                        scope: invocation.scope,
                        in: transaction
                    )
                    return try kernel.whole(approval, for: invocation, in: transaction)
                }
            }
        )
    }
}

extension ApprovalVerdict {
    /// Reads `verdict` or `approve`, and `input`.
    ///
    /// - Throws: a fault of code `invalid-verdict` with the pointer to what is wrong.
    init(_ reader: JSONReader) throws(GeneralFault) {
        func wrong(_ pointer: String, _ message: String) -> GeneralFault {
            GeneralFault(.invalid, code: "invalid-verdict", message, pointer: pointer)
        }
        let input = reader.value["input"]
        switch (reader.value["verdict"]?.string, reader.value["approve"]?.bool) {
        case (nil, nil): throw wrong("/verdict", "expected approve, reject or amend")
        case (.some, .some): throw wrong("/approve", "expected verdict or approve, not both")
        case ("amend", nil):
            guard let input else { throw wrong("/input", "expected what shall be done instead") }
            self = .amend(input)
            return
        case ("approve", nil), (nil, true): self = .approve
        case ("reject", nil), (nil, false): self = .reject
        default: throw wrong("/verdict", "expected approve, reject or amend")
        }
        if input != nil { throw wrong("/input", "an input is for the verdict amend alone") }
    }
}
