public import Agents
import Core
import HTTP
import Identity
public import Observability
import Store

/// The queries and commands over what is observed: traces, logs, metrics, dashboards, alarms.
///
/// All of them answer only what the caller's organisation may see; see ``InstallationOperator``.
public struct ObservationTools: Sendable {
    let kernel: Kernel
    let metrics: MetricReader
    let alarms: AlarmService
    let operators: InstallationOperator
    let dashboards: [Dashboard]

    /// The tools.
    public init(
        kernel: Kernel,
        metrics: MetricReader,
        alarms: AlarmService,
        operators: InstallationOperator,
        dashboards: [Dashboard]
    ) {
        self.kernel = kernel
        self.metrics = metrics
        self.alarms = alarms
        self.operators = operators
        self.dashboards = dashboards
    }

    /// Who runs the operation: they see traces, logs and the service map.
    static let operations: Set<Role> = [.admin, .operator, .technician, .supervisor]
    /// Who answers for it: they see alarms and rules, and acknowledge.
    static let responsible: Set<Role> = operations.union([.manager])
    /// Who may look at alarms and the executives' dashboard.
    static let watchers: Set<Role> = responsible.union([.planner, .viewer])
    /// Who changes alarm rules.
    static let rulers: Set<Role> = [.admin, .operator]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try [
            listTraces(), getTrace(), listLogs(), showServiceMap(), listMetrics(),
            listDashboards(), getDashboard(), listAlarms(), getAlarm(), acknowledgeAlarm(),
            shelveAlarm(), listRules(), createRule(), updateRule(), deleteRule(),
        ]
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/traces", tool: "platform.list-traces"),
        ToolRoute(.get, "/api/traces/{traceId}", tool: "platform.get-trace"),
        ToolRoute(.get, "/api/logs", tool: "platform.list-logs"),
        ToolRoute(.get, "/api/service-map", tool: "platform.show-service-map"),
        ToolRoute(.get, "/api/metrics", tool: "platform.list-metrics"),
        ToolRoute(.get, "/api/dashboards", tool: "platform.list-dashboards"),
        ToolRoute(.get, "/api/dashboards/{name}", tool: "platform.get-dashboard"),
        ToolRoute(.get, "/api/alarms", tool: "platform.list-alarms"),
        ToolRoute(.get, "/api/alarms/{id}", tool: "platform.get-alarm"),
        ToolRoute(.post, "/api/alarms/{id}/acknowledge", tool: "platform.acknowledge-alarm"),
        ToolRoute(.post, "/api/alarms/{id}/shelve", tool: "platform.shelve-alarm"),
        ToolRoute(.get, "/api/alarm-rules", tool: "platform.list-alarm-rules"),
        ToolRoute(.post, "/api/alarm-rules", tool: "platform.create-alarm-rule", status: .created),
        ToolRoute(.patch, "/api/alarm-rules/{id}", tool: "platform.update-alarm-rule"),
        ToolRoute(.delete, "/api/alarm-rules/{id}", tool: "platform.delete-alarm-rule"),
    ]

    // MARK: Shared by the tools

    /// Reads away from the event loops, with what the caller may see.
    func scan<Value: Sendable>(
        _ invocation: Invocation,
        _ body: @escaping @Sendable (Viewer, any Reader) throws -> Value
    ) async throws -> Value {
        let viewer = try await operators.viewer(invocation.scope)
        return try await kernel.database.scan { try body(viewer, $0) }
    }

    static func object(_ properties: JSON, required: [String]? = nil) -> JSON {
        let names = required ?? (properties.object?.keys ?? [])
        return [
            "type": "object", "properties": properties,
            "required": .array(names.map { .string($0) }), "additionalProperties": false,
        ]
    }

    static func list(_ item: JSON, more: JSON = [:]) -> JSON {
        var properties: JSON = [
            "items": ["type": "array", "items": item],
            "nextCursor": ["type": ["string", "null"]],
        ]
        for member in more.object ?? [:] { properties[member.key] = member.value }
        return object(properties)
    }

    static func query(_ properties: JSON, sort columns: [ListQuery.Column]) -> JSON {
        var all = properties
        for (name, schema) in ListQuery.properties(sort: columns.map(\.name)) { all[name] = schema }
        return object(all, required: [])
    }

    static let text: JSON = ["type": "string"]
    static let search: JSON = ["type": "string", "maxLength": 200]
    static let moment: JSON = ["type": "string", "format": "date-time"]
    static let optionalText: JSON = ["type": ["string", "null"]]
    static let number: JSON = ["type": "number"]
    static let optionalNumber: JSON = ["type": ["number", "null"]]
    static let count: JSON = ["type": "integer", "minimum": 0]
    static let flag: JSON = ["type": "boolean"]

    static func words<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> JSON
    where Word.RawValue == String {
        ["enum": .array(Word.allCases.map { .string($0.rawValue) })]
    }

    static func missing(_ noun: String, _ text: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "\(noun)-not-found",
            "there is no \(noun) \"\(text.prefix(60))\""
        )
    }
}
