import Agents
import Core
import Events
import HTTP
import Identity
import Platform
import Store

/// The export of the log, which is streamed and so belongs to no tool.
struct EventRoutes {
    let kernel: Kernel

    private static let page = 500

    private static let documentation = RouteDocumentation(
        "exportEvents",
        tag: "events",
        "Exports events as CloudEvents 1.0, one a line, oldest first.",
        parameters: ["type", "source", "subject", "from", "to"].map {
            .init($0, in: .query, schema: ["type": "string", "maxLength": 500])
        },
        answers: [
            .init(.ok, "The events.", content: [("application/x-ndjson", Shape.text)])
        ],
        problems: [.forbidden, .unprocessableContent]
    )

    func add(to router: inout Router) {
        router.get(
            "/api/events/export",
            options: RouteOptions(documentation: Self.documentation)
        ) { request in
            let scope = try request.authority()
            guard !scope.roles.isDisjoint(with: [.admin, .manager]) else {
                throw GeneralFault(
                    .forbidden,
                    code: "forbidden",
                    "exporting events needs the role admin or manager"
                )
            }
            let selection = try Self.selection(request)
            return .stream(
                type: "application/x-ndjson",
                headers: ["Content-Disposition": "attachment; filename=\"events.ndjson\""]
            ) { writer in
                try await Self.write(selection, of: kernel, scope) { try await writer.write($0) }
            }
        }
    }

    /// Hands over the selected events page by page, as lines.
    static func write(
        _ selection: EventLog.Selection,
        of kernel: Kernel,
        _ scope: Scope,
        _ take: ([UInt8]) async throws -> Void
    ) async throws {
        var cursor: Int64 = 0
        while true {
            let after = cursor
            let events = try await kernel.database.scan { reader in
                try kernel.events.events(
                    selection,
                    after: after,
                    limit: page,
                    scope: scope,
                    in: reader
                ).map { try kernel.events.opened($0, in: reader) }
            }
            guard let last = events.last else { return }
            var lines: [UInt8] = []
            for event in events {
                lines += event.json.bytes()
                lines.append(UInt8(ascii: "\n"))
            }
            try await take(lines)
            guard events.count == page else { return }
            cursor = last.seq
        }
    }

    private static func selection(_ request: Request) throws -> EventLog.Selection {
        var fields = JSONObject()
        for (name, value) in request.query.list {
            guard ["type", "source", "subject", "from", "to"].contains(name) else {
                throw GeneralFault(
                    .invalid,
                    code: "unknown-field",
                    "\"\(name.prefix(60))\" is not a known parameter",
                    pointer: "/" + JSON.pointerToken(String(name.prefix(60)))
                )
            }
            fields[name] = .string(value)
        }
        let reader = JSONReader(.object(fields))
        return EventLog.Selection(
            type: try reader.optional("type")?.string(length: 1...200),
            source: try reader.optional("source")?.string(length: 1...500),
            subject: try reader.optional("subject")?.string(length: 1...500),
            from: try reader.optional("from")?.timestamp(),
            to: try reader.optional("to")?.timestamp()
        )
    }
}
