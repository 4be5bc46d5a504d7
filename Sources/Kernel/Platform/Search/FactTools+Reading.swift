import Agents
import Core
import Search
import Store

extension FactTools {
    func list() throws -> Tool {
        try Tool(
            name: "memory.list-facts",
            purpose:
                "Lists what is remembered, the latest first; with knownAt as it was known then.",
            input: PlatformTools.list(
                Self.filters + [
                    (
                        "knownAt",
                        Shape.described(
                            Shape.time,
                            "What was known at this moment, as it was then."
                        )
                    )
                ],
                sort: FactStore.sortable.map(\.name)
            ),
            output: Shape.page(of: Self.fact),
            roles: Self.readers,
            body: .read { [facts] input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: FactStore.sortable,
                    standard: "-recordedAt",
                    key: .init("id", "id")
                )
                let page = try facts.page(
                    Self.question(input),
                    query,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    func get() throws -> Tool {
        try Tool(
            name: "memory.get-fact",
            purpose: "Shows a fact with all its revisions, and the decisions that it comes from.",
            input: PlatformTools.id,
            output: Shape.extended(
                Self.fact,
                "Fact with revisions",
                [
                    (
                        "revisions",
                        Shape.described(
                            Shape.list(of: Self.fact),
                            "The newest first, at most 1000."
                        )
                    )
                ]
            ),
            roles: Self.readers,
            body: .read { [facts] input, invocation, reader in
                let revisions = try facts.revisions(
                    of: Self.id(input),
                    scope: invocation.scope,
                    in: reader
                ).map { try facts.withDecisions($0, scope: invocation.scope, in: reader) }
                guard var json = revisions.first?.json else { return .null }
                json["revisions"] = .array(revisions.map(\.json))
                return json
            }
        )
    }

    func receipts() throws -> Tool {
        try Tool(
            name: "memory.list-receipts",
            purpose: "Lists what was forgotten: how much, when, by whom.",
            input: PlatformTools.list([], sort: FactStore.receiptColumns.map(\.name)),
            output: Shape.page(of: Self.receipt),
            roles: Self.erasers,
            body: .read { [facts] input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: FactStore.receiptColumns,
                    standard: "-at",
                    key: .init("id", "id")
                )
                let page = try facts.receipts(query, scope: invocation.scope, in: reader)
                return ["items": .array(page.items), "nextCursor": page.next]
            }
        )
    }

    private static let words: [(String, JSON)] = [
        ("q", SearchTools.text), ("mode", SearchTools.mode),
        ("limit", ["type": "integer", "minimum": 1, "maximum": 50]),
    ]

    private static let optional = Set((words + filters).map(\.0)).subtracting(["q"])

    private static let recalled = Shape.extended(
        fact,
        "Recalled fact",
        [("score", Shape.described(Shape.number, "Comparable within one answer."))]
    )

    func search() throws -> Tool {
        try Tool(
            name: "memory.search-facts",
            purpose: "Finds what is remembered, by words and by what looks like them, best first.",
            input: Shape.record(nil, Self.words + Self.filters, optional: Self.optional),
            output: Shape.record(nil, [("items", Shape.list(of: Self.recalled))]),
            roles: Self.readers,
            body: .compute { [self] input, invocation in
                let found = try await find(input, Self.question(input), invocation)
                return ["items": .array(found)]
            }
        )
    }

    func recall() throws -> Tool {
        try Tool(
            name: "memory.recall",
            purpose: """
                Recalls what is remembered and true now, or at validAt, best first. What is remembered of \
                a person comes only when subject names the person.
                """,
            input: Shape.record(nil, Self.words + Self.filters, optional: Self.optional),
            output: Shape.record(
                "Recalled facts",
                [
                    ("subject", Shape.nullable(Shape.text)),
                    ("facts", Shape.list(of: Self.recalled)),
                ]
            ),
            body: .compute { [self] input, invocation in
                var question = try Self.question(input)
                // So that what a journal keeps of it can be sealed under one person's key.
                question.leavesOutPersons = true
                question.validAt = question.validAt ?? invocation.now
                let found = try await find(input, question, invocation)
                return ["subject": .optional(question.subject), "facts": .array(found)]
            }
        )
    }

    private func find(
        _ input: JSONReader,
        _ question: FactQuestion,
        _ invocation: Invocation
    ) async throws -> [JSON] {
        let query = facts.query(
            try input.member("q").string(length: 1...SearchTools.longest),
            question,
            mode: try input.optional("mode")?.choice() ?? .hybrid,
            limit: try input.optional("limit")?.int(in: 1...50) ?? 10
        )
        let scope = invocation.scope
        let prepared = try await facts.search.prepare(query, scope: scope)
        return try await database.scan { [facts] reader in
            try facts.recall(prepared, scope: scope, in: reader).map { found in
                var json = try facts.withDecisions(found.fact, scope: scope, in: reader).json
                json["score"] = .double(found.score)
                return json
            }
        }
    }
}
