import Agents
public import Channels
public import Core
public import Platform
public import Store
import Workflows

/// Logistics: orders come in, three agents analyse, pack, price and book, and tell the customer.
public struct LogisticsSolution: Solution {
    /// The solution.
    public init() {}

    /// `logistics`.
    public var name: String { "logistics" }

    /// Its tables.
    public var migrations: [Migration] {
        LogisticsTables.migrations + LoadingTables.migrations + OrderSearch.migrations
            + IntentRecords.migrations + KeepApartRecords.migrations + TripTables.migrations
    }

    /// The messages about orders.
    public var messageKinds: [MessageKind] { LogisticsMessages.all }

    /// See ``Solution/parts(on:)``.
    public func parts(on kernel: Kernel) throws -> SolutionParts {
        let definition = try JSON(parsing: PackageResources.process_order_asl_json)
        return SolutionParts(
            tools: try LogisticsTools(kernel: kernel).all(),
            agents: try LogisticsAgents.all() + [LogisticsIntents.agent, LogisticsTrips.agent],
            workflows: try [
                Workflow(
                    name: "logistics.process-order",
                    agent: "logistics.orchestrator",
                    source: definition
                ),
                LogisticsIntents.recovery(),
            ] + LogisticsTrips.workflows(),
            starts: [
                WorkflowStart(
                    rule: "logistics.process-order",
                    pattern: [
                        "source": ["weft/order"], "type": ["order.placed", "order.retried"],
                    ],
                    workflow: "logistics.process-order"
                )
            ] + LogisticsTrips.starts,
            routes: LogisticsRoutes.all,
            liveTopics: LogisticsTopics.all,
            eventMetrics: LogisticsMetrics.events,
            gauges: LogisticsMetrics.gauges,
            dashboards: LogisticsMetrics.dashboards,
            persons: [CustomerRecords()],
            searchSources: [OrderSearch.source],
            documents: LogisticsDocuments.all,
            prompts: LogisticsDocuments.prompts,
            records: LogisticsIntents.records,
            intents: LogisticsIntents.presets,
            remediations: LogisticsIntents.remediations
        )
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
