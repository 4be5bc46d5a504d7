import Agents
public import Channels
public import Core
public import Platform
public import Store
import Workflows

/// Logistics: orders come in, three agents analyse, pack, price and book, and tell the customer.
public struct LogisticsSolution: Solution {
    /// The three agents, the one who is asked first first.
    static let agentNames = ["logistics.orchestrator", "logistics.analyser", "logistics.transport"]

    /// The solution.
    public init() {}

    /// `logistics`.
    public var name: String { "logistics" }

    /// Its tables.
    public var migrations: [Migration] {
        LogisticsTables.migrations + LoadingTables.migrations
    }

    /// The messages about orders.
    public var messageKinds: [MessageKind] { LogisticsMessages.all }

    /// See ``Solution/parts(on:)``.
    public func parts(on kernel: Kernel) throws -> SolutionParts {
        let definition = try JSON(parsing: PackageResources.process_order_asl_json)
        return SolutionParts(
            tools: try LogisticsTools(kernel: kernel).all(),
            agents: Self.agents,
            workflows: [
                try Workflow(
                    name: "logistics.process-order",
                    agent: "logistics.orchestrator",
                    source: definition
                )
            ],
            starts: [
                WorkflowStart(
                    rule: "logistics.process-order",
                    pattern: [
                        "source": ["weft/order"], "type": ["order.placed", "order.retried"],
                    ],
                    workflow: "logistics.process-order"
                )
            ],
            routes: LogisticsRoutes.all,
            liveTopics: LogisticsTopics.all,
            eventMetrics: LogisticsMetrics.events,
            gauges: LogisticsMetrics.gauges,
            dashboards: LogisticsMetrics.dashboards,
            persons: [CustomerRecords()],
            documents: LogisticsDocuments.all,
            prompts: LogisticsDocuments.prompts
        )
    }

    private static var agents: [Agent] {
        [
            Agent(
                name: "logistics.orchestrator",
                purpose: "Takes up new orders and sees each through to booking and notification.",
                tools: [
                    "logistics.fetch-order", "logistics.update-order-status",
                    "logistics.notify-customer",
                ],
                colleagues: ["logistics.analyser", "logistics.transport"],
                policy: OrchestratorPolicy()
            ),
            Agent(
                name: "logistics.analyser",
                purpose: "Calculates an order's load, packs it in 3D and keeps the layout.",
                tools: [
                    "logistics.fetch-order", "logistics.calculate-load", "logistics.pack-order",
                    "logistics.save-layout",
                ],
                policy: AnalyserPolicy()
            ),
            Agent(
                name: "logistics.transport",
                purpose: "Finds, prices and books a vehicle that provably fits.",
                tools: [
                    "logistics.check-availability", "logistics.calculate-price",
                    "logistics.book-vehicle", "logistics.update-booking-status",
                    "logistics.get-booking",
                ],
                policy: TransportPolicy()
            ),
        ]
    }

    /// Adds three depots, twelve vehicles, forty customers and forty orders, once.
    ///
    /// - Parameters:
    ///   - kernel: where to.
    ///   - scope: the organisation, and who is to have placed the orders.
    /// - Throws: `StoreError`, or a fault of the demonstration data.
    public func demonstrate(on kernel: Kernel, scope: Scope) async throws {
        let tools = try LogisticsTools(kernel: kernel)
        let now = kernel.clock.now()
        let data = try DemoData.load(today: now.date)
        try await kernel.database.transaction { transaction in
            let fleet = Fleet(scope: scope)
            guard try fleet.depots(in: transaction).isEmpty else { return }
            for depot in data.depots { try fleet.add(depot, in: transaction) }
            for vehicle in data.vehicles { try fleet.add(vehicle, in: transaction) }
            for customer in data.customers { try fleet.add(customer, in: transaction) }
            let invocation = Invocation(
                scope: scope,
                now: now,
                key: "demonstration",
                ids: kernel.ids
            )
            for order in data.orders {
                _ = try tools.place(order.draft, id: order.id, by: invocation, in: transaction)
            }
        }
    }
}
