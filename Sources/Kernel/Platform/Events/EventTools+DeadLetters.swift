import Agents
import Core
import Events
import HTTP
import Identity
import Store

extension EventTools {
    static let deadLetterRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/dead-letters/{id}", tool: "events.get-dead-letter"),
        ToolRoute(.post, "/api/dead-letters/redrive", tool: "events.redrive-dead-letters"),
        ToolRoute(.post, "/api/dead-letters/discard", tool: "events.discard-dead-letters"),
    ]

    func deadLetters() throws -> [Tool] {
        [try getDeadLetter(), try redriveDeadLetters(), try discardDeadLetters()]
    }

    private func getDeadLetter() throws -> Tool {
        try Tool(
            name: "events.get-dead-letter",
            purpose: "Shows an event that a rule's target would not take, and why.",
            input: PlatformTools.id,
            output: Shape.extended(
                PlatformTools.deadLetter,
                "Dead letter with its event",
                [("event", Self.event)]
            ),
            roles: Self.rulers,
            body: .read { [kernel] input, invocation, reader in
                let found = try kernel.workflows.dispatcher().deadLetter(
                    Self.id(input, "dead-letter"),
                    scope: invocation.scope,
                    in: reader
                )
                var json = found.letter.json
                json["event"] = try kernel.events.opened(found.event, in: reader).json
                return json
            }
        )
    }

    private func redriveDeadLetters() throws -> Tool {
        try Tool(
            name: "events.redrive-dead-letters",
            purpose:
                "Gives events to their rules again: those named, or the oldest 200 of a rule; each is "
                + "taken or stays by itself.",
            input: Self.input(
                [("ids", Self.ids), ("rule", Self.name)],
                optional: ["ids", "rule"]
            ),
            output: Self.bulk,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let ids = try Self.ids(input)
                let rule = try input.optional("rule")?.string()
                guard (ids == nil) != (rule == nil) else {
                    throw input.fault("give either \"ids\" or \"rule\"")
                }
                return { transaction in
                    let scope = invocation.scope
                    let dispatcher = try kernel.workflows.dispatcher()
                    let chosen =
                        try ids
                        ?? dispatcher.deadLetterIDs(
                            of: rule ?? "",
                            limit: 200,
                            scope: scope,
                            in: transaction
                        ).map(\.description)
                    return try Self.each(chosen, in: transaction) { text in
                        guard let id = ID<DeadLetter>(text) else {
                            throw PlatformTools.missing("dead-letter", text)
                        }
                        if try dispatcher.redrive(id, scope: scope, in: transaction) { return nil }
                        let letter = try dispatcher.deadLetter(id, scope: scope, in: transaction)
                            .letter
                        return GeneralFault(.conflict, code: "not-taken", letter.reason)
                    }
                }
            }
        )
    }

    private func discardDeadLetters() throws -> Tool {
        try Tool(
            name: "events.discard-dead-letters",
            purpose: "Gives dead letters up, each by itself.",
            input: Self.input([("ids", Self.ids), ("reason", Self.reason)]),
            output: Self.bulk,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let ids = try Self.ids(input) ?? []
                let reason = try input.member("reason").string(length: 1...500)
                return { transaction in
                    let scope = invocation.scope
                    let dispatcher = try kernel.workflows.dispatcher()
                    return try Self.each(ids, in: transaction) { text in
                        guard let id = ID<DeadLetter>(text) else {
                            throw PlatformTools.missing("dead-letter", text)
                        }
                        let letter = try dispatcher.discard(
                            id,
                            reason: reason,
                            scope: scope,
                            in: transaction
                        )
                        try audit.append(
                            "dead-letter.discarded",
                            subject: "dead-letter:\(id)",
                            detail: [
                                "rule": .string(letter.rule), "eventSeq": .int(letter.eventSeq),
                                "reason": .string(reason),
                            ],
                            scope: scope,
                            in: transaction
                        )
                        return nil
                    }
                }
            }
        )
    }

    private static func ids(_ input: JSONReader) throws -> [String]? {
        guard let list = try input.optional("ids") else { return nil }
        var ids: [String] = []
        for element in try list.array(count: 1...200) { ids.append(try element.string()) }
        return ids
    }
}
