import Agents
import Core
import Identity
import Search
import Store

extension FactTools {
    private static let members: [(String, JSON)] = [
        ("subject", subject), ("attribute", attribute), ("statement", statement),
        ("confidence", confidence),
        ("validFrom", Shape.described(Shape.time, "From when it is true; now by default.")),
        ("validUntil", Shape.described(Shape.time, "Until when; no end by default.")),
        ("source", source),
    ]
    private static let optional: Set<String> = [
        "attribute", "confidence", "validFrom", "validUntil", "source", "decision",
    ]
    private static let decision: (String, JSON) = (
        "decision", Shape.described(Shape.id, "The decision that it comes from.")
    )

    func add() throws -> Tool {
        try Tool(
            name: "memory.add-fact",
            purpose: """
                Remembers a fact. One that is known already gets the new source; one that contradicts it \
                is true no longer.
                """,
            input: Shape.record(nil, Self.members + [Self.decision], optional: Self.optional),
            output: Self.remembered,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                try await remembering(input, invocation)
            }
        )
    }

    func remember() throws -> Tool {
        try Tool(
            name: "memory.remember",
            purpose: """
                Remembers a fact for later runs, with this run as where it comes from. One that is known \
                already gets the new source; one that contradicts it is true no longer.
                """,
            input: Shape.record(nil, Self.members, optional: Self.optional),
            output: Self.remembered,
            body: .write { [self] input, invocation in
                try await remembering(input, invocation)
            }
        )
    }

    private func remembering(
        _ input: JSONReader,
        _ invocation: Invocation
    ) async throws -> Tool.Commit {
        let prepared = try await facts.prepare(
            Self.draft(input, invocation),
            scope: invocation.scope
        )
        return { [self] transaction in
            try checkDecision(input, invocation.scope, in: transaction)
            let result = try facts.remember(
                prepared,
                at: invocation.now,
                scope: invocation.scope,
                in: transaction
            )
            try tell(result, by: invocation, in: transaction)
            return Self.json(result)
        }
    }

    func change() throws -> Tool {
        try Tool(
            name: "memory.change-fact",
            purpose: "Corrects a fact; what it said before stays among its revisions.",
            input: Shape.record(
                nil,
                [("id", ["type": "string", "maxLength": 500])] + Self.members + [Self.decision],
                optional: Self.optional
            ),
            output: Self.remembered,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let id = try Self.id(input)
                let prepared = try await facts.prepare(
                    Self.draft(input, invocation),
                    scope: invocation.scope
                )
                return { [self] transaction in
                    try checkDecision(input, invocation.scope, in: transaction)
                    let result = try facts.correct(
                        id,
                        to: prepared,
                        expected: invocation.expected,
                        at: invocation.now,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try tell(result, by: invocation, in: transaction)
                    return Self.json(result)
                }
            }
        )
    }

    func forget() throws -> Tool {
        try Tool(
            name: "memory.forget-fact",
            purpose: """
                Forgets a fact wholly: its revisions, what was merged into it, its words and vectors in the \
                index. The receipt is kept.
                """,
            input: Shape.record(
                nil,
                [
                    ("id", ["type": "string", "maxLength": 500]),
                    (
                        "reason",
                        Shape.described(
                            ["type": "string", "minLength": 1, "maxLength": 500],
                            "Why; it is kept for good and must not say what the fact says."
                        )
                    ),
                ]
            ),
            output: Self.receipt,
            roles: Self.erasers,
            needsApproval: true,
            body: .write { [self] input, invocation in
                let named = try Self.id(input)
                let reason = try input.member("reason").string(length: 1...500)
                return { [self] transaction in
                    let scope = invocation.scope
                    // One that was merged away is still said by what it was merged into.
                    let id = try facts.survivor(of: named, scope: scope, in: transaction)
                    let receipt = try facts.forget(
                        facts.merged(into: id, scope: scope, in: transaction),
                        reason: reason,
                        at: invocation.now,
                        scope: scope,
                        in: transaction
                    )
                    guard let receipt else { throw FactStore.missing(id.description) }
                    try audit.append(
                        "fact.erased",
                        subject: "fact:\(id)",
                        detail: [
                            "receipt": receipt.id.json, "hash": .string(try receipt.hash()),
                            "facts": .int(receipt.facts.count), "reason": .string(reason),
                        ],
                        scope: scope,
                        in: transaction
                    )
                    try emit(
                        "fact.erased",
                        "fact:\(id)",
                        ["factId": id.json, "receiptId": receipt.id.json],
                        invocation,
                        transaction
                    )
                    return try receipt.json()
                }
            }
        )
    }

    // MARK: Parts

    private static func draft(
        _ input: JSONReader,
        _ invocation: Invocation
    ) throws -> FactDraft {
        let scope = invocation.scope
        let isAgent = scope.roles.contains(.aiAgent)
        return try FactDraft(
            subject: try trimmed(input.member("subject"), 200),
            attribute: try input.optional("attribute").map { try trimmed($0, 100) } ?? "",
            statement: try trimmed(input.member("statement"), 2_000),
            confidence: try input.optional("confidence")?.double(in: 0...1) ?? 0.8,
            validFrom: try input.optional("validFrom")?.timestamp() ?? invocation.now,
            validUntil: try input.optional("validUntil")?.timestamp(),
            provenance: FactProvenance(
                source: try input.optional("source").map { try trimmed($0, 200) }
                    ?? scope.actor.name,
                agent: scope.actor.name,
                decision: try input.optional("decision")?.id(Decision.self).description,
                run: isAgent ? run(of: invocation.key) : nil,
                at: invocation.now
            )
        )
    }

    private static func trimmed(
        _ reader: JSONReader,
        _ longest: Int
    ) throws(GeneralFault) -> String {
        let text = try reader.string(length: 1...longest)
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { throw reader.fault("expected something else than spaces") }
        return String(text[first...last])
    }

    /// A call's key is its run's, and its step's number.
    private static func run(of key: String) -> String {
        key.lastIndex(of: "/").map { String(key[..<$0]) } ?? key
    }

    private func checkDecision(
        _ input: JSONReader,
        _ scope: Scope,
        in reader: any Reader
    ) throws {
        guard let asked = try input.optional("decision") else { return }
        guard try journal.decision(asked.id(), scope: scope, in: reader) != nil else {
            throw GeneralFault(
                .invalid,
                code: "decision-not-found",
                "there is no such decision",
                pointer: asked.pointer
            )
        }
    }

    private func tell(
        _ result: RememberedFact,
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        guard result.outcome != .unchanged else { return }
        // Events are kept for good: of a person they say no property either.
        let isPersonal = facts.person(result.fact.subject) != nil
        try emit(
            "fact.\(result.outcome.rawValue)",
            "fact:\(result.fact.id)",
            [
                "factId": result.fact.id.json, "subject": .string(result.fact.subject),
                "attribute": result.fact.attribute.isEmpty || isPersonal
                    ? .null : .string(result.fact.attribute),
                "version": .int(result.fact.revision), "ended": .array(result.ended.map(\.json)),
            ],
            invocation,
            transaction
        )
    }

    private static func json(_ result: RememberedFact) -> JSON {
        var json = result.fact.json
        json["outcome"] = .string(result.outcome.rawValue)
        json["ended"] = .array(result.ended.map(\.json))
        return json
    }
}
