import Agents
import Core
import Identity
import Objects
import Platform
import Store

/// The solution's commands and queries, over the kernel's rooms.
struct LogisticsTools {
    let kernel: Kernel
    let schemas: OrderSchemas
    let emissions: EmissionFactors
    let distances: any DistanceSource

    /// Who may look.
    static let readers: Set<Role> = [
        .admin, .manager, .planner, .operator, .deskAgent, .supervisor, .viewer,
    ]
    /// Who may load vehicles: a loader sees loads, and neither prices nor customers' orders.
    static let loaders: Set<Role> = [.admin, .manager, .planner, .operator, .loader]
    /// Who may place and change orders.
    static let planners: Set<Role> = [.admin, .manager, .planner, .operator]

    init(kernel: Kernel) throws {
        self.kernel = kernel
        schemas = try OrderSchemas.load()
        emissions = try EmissionFactors.embedded()
        distances = RoadFactorDistance()
    }

    func all() throws -> [Tool] {
        try orderQueries() + orderCommands() + analysisTools() + fleetQueries() + transportTools()
            + loadingTools() + calendarTools() + recoveryTools() + keepApartTools()
            + tripTools() + [
                notifyCustomer(), metricsTool(),
            ]
    }

    /// A schema of named members.
    static func object(
        _ properties: [(String, JSON)],
        required: [String] = [],
        open: Bool = false
    ) -> JSON {
        [
            "type": "object", "properties": .object(JSONObject(properties)),
            "required": .array(required.map { .string($0) }),
            "additionalProperties": .bool(open),
        ]
    }

    static let id: JSON = ["type": "string", "format": "uuid"]
    static let date: JSON = ["type": "string", "format": "date"]
    static let text: JSON = ["type": "string", "maxLength": 500]
    static let integer: JSON = ["type": "integer"]

    func today(_ invocation: Invocation) -> CalendarDate { invocation.now.date }
}
