import Agents
import Core
import Platform
import Workflows

/// Shared trips: who plans them, and what starts it.
enum LogisticsTrips {
    /// Puts orders together, and plans trips again.
    static let agent = Agent(
        name: "logistics.consolidator",
        purpose:
            "Puts orders of a day into shared vehicles, and plans a trip again when an order is late.",
        tools: [
            "logistics.collect-trips", "logistics.consolidate", "logistics.propose-trips",
            "logistics.rework-trip", "logistics.change-trip", "logistics.fail-trip-plan",
        ],
        policy: ConsolidatorPolicy(),
        guidance: """
            With a planId: collect the orders, consolidate those that can share vehicles, and propose all \
            trips that were computed, with the orders that stay alone and the figures. With a tripId: \
            rework the trip, and unless its action is "keep" give the answer to change-trip as it is. \
            Change no computed trip. The subject is trip-plan: or trip: and the id.
            """
    )

    static func workflows() throws -> [Workflow] {
        [
            try Workflow(
                name: "logistics.plan-trips",
                agent: agent.name,
                source: JSON(parsing: PackageResources.plan_trips_asl_json)
            ),
            try Workflow(
                name: "logistics.replan-trip",
                agent: agent.name,
                source: JSON(parsing: PackageResources.replan_trip_asl_json)
            ),
        ]
    }

    static let starts = [
        WorkflowStart(
            rule: "logistics.plan-trips",
            pattern: ["source": ["weft/trip"], "type": ["trip.plan-requested"]],
            workflow: "logistics.plan-trips"
        ),
        // Only what concerns a trip: other orders' delays are nobody else's.
        WorkflowStart(
            rule: "logistics.replan-trip",
            pattern: [
                "source": ["weft/order"], "type": ["order.delayed", "order.cancelled"],
                "data": ["tripId": [["exists": true]]],
            ],
            workflow: "logistics.replan-trip"
        ),
    ]
}
