public import Agents
import Core
import Events
import HTTP
public import Identity
import Store

/// Commands and queries about the log: rules, drafts of them, replays, dead letters, events from outside.
public struct EventTools: Sendable {
    let kernel: Kernel
    let destinations: RuleDestinations
    let audit: AuditLog

    /// The tools over a kernel.
    ///
    /// - Parameters:
    ///   - kernel: the rooms.
    ///   - destinations: where rules can send events.
    ///   - audit: who changed what.
    public init(kernel: Kernel, destinations: RuleDestinations, audit: AuditLog) {
        self.kernel = kernel
        self.destinations = destinations
        self.audit = audit
    }

    /// Whoever runs the organisation.
    static let rulers: Set<Role> = [.admin, .manager]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try rules() + drafts() + replays() + deadLetters() + log()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] =
        ruleRoutes + draftRoutes + replayRoutes + deadLetterRoutes + logRoutes

    static let name: JSON = ["type": "string", "minLength": 1, "maxLength": 100]
    static let reason: JSON = ["type": "string", "minLength": 1, "maxLength": 500]
    static let pattern: JSON = Shape.described(Shape.object, "An EventBridge event pattern.")
    static let ids: JSON = [
        "type": "array", "minItems": 1, "maxItems": 200, "uniqueItems": true,
        "items": ["type": "string", "maxLength": 100],
    ]

    static let event = Shape.described(
        Shape.object,
        "A CloudEvents 1.0 event, with seq, organisation, actor and traceparent as extensions."
    )

    static let bulk = Shape.record(
        nil,
        [
            (
                "results",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("id", Shape.text), ("ok", Shape.flag),
                            (
                                "problem",
                                Shape.described(
                                    Shape.object,
                                    "Why it was not done, as problem details."
                                )
                            ),
                        ],
                        optional: ["problem"]
                    )
                )
            )
        ]
    )

    static func input(_ fields: [(String, JSON)], optional: Set<String> = []) -> JSON {
        Shape.record(nil, fields, optional: optional)
    }

    /// The id in a member; anything else is answered like an id that does not exist.
    static func id<Subject>(_ input: JSONReader, _ noun: String) throws -> ID<Subject> {
        let text = try input.member("id").string()
        guard let id = ID<Subject>(text) else { throw PlatformTools.missing(noun, text) }
        return id
    }

    /// Does something to each of many ids, each by itself; a fault that is answered undoes nothing.
    static func each(
        _ ids: [String],
        in transaction: any Transaction,
        _ body: (String) throws -> GeneralFault?
    ) throws -> JSON {
        var results: [JSON] = []
        for id in ids {
            do {
                if let fault = try transaction.attempt({ try body(id) }) {
                    results.append([
                        "id": .string(id), "ok": false, "problem": ProblemDetails.json(of: fault),
                    ])
                } else {
                    results.append(["id": .string(id), "ok": true])
                }
            } catch let fault as any Fault
                where [.notFound, .conflict, .invalid].contains(fault.kind)
            {
                results.append([
                    "id": .string(id), "ok": false, "problem": ProblemDetails.json(of: fault),
                ])
            }
        }
        return ["results": .array(results)]
    }

    /// The stretch of time of a replay or a draft.
    static func times(_ input: JSONReader) throws -> Range<Timestamp> {
        let from = try input.member("from").timestamp()
        let to = try input.member("to")
        let end = try to.timestamp()
        guard from < end else { throw to.fault("must be after \"from\"") }
        return from..<end
    }

    /// Reads a pattern within the input, with pointers from the input's root.
    static func pattern(_ reader: JSONReader) throws -> Pattern {
        do {
            return try Pattern(reader.value)
        } catch {
            throw GeneralFault(
                error.kind,
                code: error.code,
                error.message,
                pointer: reader.pointer + (error.pointer ?? "")
            )
        }
    }
}
