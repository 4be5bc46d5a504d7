public import Agents
import Core
import HTTP
public import Identity
import Series
import Store

/// The commands and queries over time series.
public struct SeriesTools: Sendable {
    let kernel: Kernel
    let audit: AuditLog

    /// The tools over a kernel; `audit` keeps who deleted what.
    public init(kernel: Kernel, audit: AuditLog) {
        self.kernel = kernel
        self.audit = audit
    }

    /// Who reads: everybody who sees the operation, and agents.
    static let readers: Set<Role> = [
        .admin, .manager, .planner, .operator, .technician, .supervisor, .viewer, .aiAgent,
    ]
    /// Who writes: devices, and those who run the operation.
    static let writers: Set<Role> = [.admin, .operator, .technician, .device]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try [write(), list(), query(), points(), latest(), delete()]
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(
            .post,
            "/api/series/points",
            tool: "series.write",
            bodyLimit: bodyLimit,
            query: ["precision"],
            body: body,
            problems: [.badRequest, .conflict, .contentTooLarge],
            input: { try input(of: $0) }
        ),
        ToolRoute(.get, "/api/series", tool: "series.list"),
        ToolRoute(.get, "/api/series/query", tool: "series.query"),
        ToolRoute(.get, "/api/series/points", tool: "series.points"),
        ToolRoute(.get, "/api/series/latest", tool: "series.latest"),
        ToolRoute(.delete, "/api/series", tool: "series.delete"),
    ]

    // MARK: Shared by the tools

    static let name = Shape.described(
        [
            "type": "string", "minLength": 1, "maxLength": .int(SeriesName.longestName),
        ],
        "Letters, digits and _ . : / -, beginning with a letter or _."
    )
    static let labels: JSON = [
        "type": "object",
        "additionalProperties": [
            "type": "string", "minLength": 1, "maxLength": .int(SeriesName.longestValue),
        ],
    ]
    static let kind = Shape.choice(SeriesKind.allCases.map(\.rawValue))
    static let unit: JSON = ["type": "string", "maxLength": 32]
    static let match = Shape.described(
        ["type": "string", "maxLength": 1_000],
        "Labels: key=value and key!=value with commas between; a value that ends in * stands for all "
            + "that begin so."
    )

    static func selection(
        _ input: JSONReader,
        _ invocation: Invocation
    ) throws -> SeriesSelection {
        SeriesSelection(
            invocation.scope.organisation,
            name: try input.optional("name")?.string(),
            match: try LabelMatch(try input.optional("match")?.string() ?? "")
        )
    }

    /// The time asked for, as long as it is one.
    static func span(_ input: JSONReader) throws -> (from: Timestamp, until: Timestamp) {
        let from = try input.member("from").timestamp()
        let until = try input.member("to").timestamp()
        guard from < until else {
            throw try input.member("to").fault("must be later than from")
        }
        return (from, until)
    }
}
