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

    /// A list of versions by one column; `find` gives those beyond the value of the page before.
    private func paged(
        _ name: String,
        _ purpose: String,
        by column: ListQuery.Column,
        descending: Bool = false,
        filter: (String, JSON),
        isRequired: Bool,
        _ find:
            @escaping @Sendable (JSONReader, SQLValue?, Int, Scope) async throws
            -> [ObjectVersion]
    ) throws -> Tool {
        try Tool(
            name: name,
            purpose: purpose,
            input: Shape.record(
                nil,
                [filter] + ListQuery.properties(sort: []).filter { $0.0 != "sort" },
                optional: Set(["limit", "cursor"] + (isRequired ? [] : [filter.0]))
            ),
            output: Shape.page(of: Self.version),
            roles: Self.roles,
            body: .compute { input, invocation in
                let query = try ListQuery(
                    reading: input,
                    columns: [column],
                    standard: (descending ? "-" : "") + column.name,
                    key: column
                )
                let found = try await find(
                    input,
                    query.after?.first,
                    query.limit + 1,
                    invocation.scope
                )
                let page = query.page(
                    found.map { version in
                        (
                            value: version,
                            place: [column.isNumber ? .int(version.version) : .string(version.key)]
                        )
                    }
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func list() throws -> Tool {
        try paged(
            "objects.list",
            "Lists objects by key, each in its newest version; deleted ones are left out.",
            by: .init("key", "name"),
            filter: ("prefix", ["type": "string", "maxLength": 512]),
            isRequired: false
        ) { [kernel] input, after, limit, scope in
            var key: ObjectKey?
            if case .text(let text)? = after { key = try ObjectKey(text) }
            return try await kernel.objects.list(
                prefix: try input.optional("prefix")?.string() ?? "",
                after: key,
                limit: limit,
                scope: scope
            )
        }
    }

    private func versions() throws -> Tool {
        try paged(
            "objects.list-versions",
            "Lists the versions of an object, newest first, deletions among them.",
            by: .init("version", "version", isNumber: true),
            descending: true,
            filter: ("key", Self.key),
            isRequired: true
        ) { [kernel] input, after, limit, scope in
            var version: Int?
            if case .int(let number)? = after { version = Int(number) }
            return try await kernel.objects.versions(
                of: try ObjectKey(try input.member("key").string()),
                before: version,
                limit: limit,
                scope: scope
            )
        }
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
