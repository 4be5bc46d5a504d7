public import Agents
public import Core
import HTTP
public import Identity
import Objects
import Store

/// The commands and queries over an organisation's objects; contents come and go by routes of their own.
public struct ObjectTools: Sendable {
    private let kernel: Kernel
    private let audit: AuditLog

    /// The tools over a kernel; `audit` keeps who deleted what.
    public init(kernel: Kernel, audit: AuditLog) {
        self.kernel = kernel
        self.audit = audit
    }

    /// Who reads and changes objects: those who may deploy the workflows that read them.
    public static let roles: Set<Role> = [.admin, .manager]

    /// The routes that map to the tools.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/objects", tool: "objects.list"),
        ToolRoute(.get, "/api/object-versions", tool: "objects.list-versions", tag: "objects"),
        ToolRoute(.delete, "/api/objects/{key...}", tool: "objects.delete"),
    ]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try [list(), versions(), delete()]
    }

    /// A key as a tool's or a route's parameter.
    public static let key = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": 512],
        "The object's name, for instance `stock/2026-11.csv`: at most 512 bytes, no empty segment, "
            + "no `.` or `..`."
    )

    /// A version of an object.
    public static let version = Shape.record(
        "Object version",
        [
            ("key", Shape.text), ("version", Shape.count),
            ("sha256", Shape.described(Shape.nullable(Shape.text), "Null for a deletion.")),
            ("size", Shape.described(Shape.count, "Bytes.")), ("contentType", Shape.text),
            ("at", Shape.time), ("actor", Shape.actor), ("deleted", Shape.flag),
        ]
    )

    private static let paging = ListQuery.properties(sort: []).filter { $0.0 != "sort" }

    private func list() throws -> Tool {
        let column = ListQuery.Column("key", "name")
        return try Tool(
            name: "objects.list",
            purpose: "Lists objects by key, each in its newest version; deleted ones are left out.",
            input: Shape.record(
                nil,
                [("prefix", ["type": "string", "maxLength": 512])] + Self.paging,
                optional: ["prefix", "limit", "cursor"]
            ),
            output: Shape.page(of: Self.version),
            roles: Self.roles,
            body: .compute { [kernel] input, invocation in
                let query = try ListQuery(
                    reading: input,
                    columns: [column],
                    standard: "key",
                    key: column
                )
                var after: ObjectKey?
                if case .text(let key)? = query.after?.first { after = try ObjectKey(key) }
                let found = try await kernel.objects.list(
                    prefix: try input.optional("prefix")?.string() ?? "",
                    after: after,
                    limit: query.limit + 1,
                    scope: invocation.scope
                )
                let page = query.page(found.map { (value: $0, place: [.string($0.key)]) })
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func versions() throws -> Tool {
        let column = ListQuery.Column("version", "version", isNumber: true)
        return try Tool(
            name: "objects.list-versions",
            purpose: "Lists the versions of an object, newest first, deletions among them.",
            input: Shape.record(
                nil,
                [("key", Self.key)] + Self.paging,
                optional: ["limit", "cursor"]
            ),
            output: Shape.page(of: Self.version),
            roles: Self.roles,
            body: .compute { [kernel] input, invocation in
                let query = try ListQuery(
                    reading: input,
                    columns: [column],
                    standard: "-version",
                    key: column
                )
                var before: Int?
                if case .int(let version)? = query.after?.first { before = Int(version) }
                let found = try await kernel.objects.versions(
                    of: try ObjectKey(try input.member("key").string()),
                    before: before,
                    limit: query.limit + 1,
                    scope: invocation.scope
                )
                let page = query.page(found.map { (value: $0, place: [.int($0.version)]) })
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func delete() throws -> Tool {
        try Tool(
            name: "objects.delete",
            purpose: "Marks an object as deleted; its earlier versions stay readable by number.",
            input: Shape.record(
                nil,
                [
                    ("key", Self.key),
                    ("reason", ["type": "string", "minLength": 1, "maxLength": 500]),
                ]
            ),
            output: Self.version,
            roles: Self.roles,
            body: .write { [kernel, audit] input, invocation in
                let key = try ObjectKey(try input.member("key").string())
                let reason = try input.member("reason").string()
                return { transaction in
                    let version = try kernel.objects.delete(
                        key,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try audit.append(
                        "object.deleted",
                        subject: "object:\(key)",
                        detail: ["version": .int(version.version), "reason": .string(reason)],
                        scope: invocation.scope,
                        in: transaction
                    )
                    try kernel.emit("object.deleted", version, by: invocation, in: transaction)
                    return version.json
                }
            }
        )
    }
}
