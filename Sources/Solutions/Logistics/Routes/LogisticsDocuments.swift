import Core
import MCP
import Platform

/// What AI clients can read of Logistics, and what they are offered to ask of their models.
enum LogisticsDocuments {
    private static let orders = ToolChoices(tool: "logistics.list-orders")

    static let all: [ToolDocument] = [
        ToolDocument(
            "weft://orders",
            name: "orders",
            title: "Newest orders",
            purpose: "The newest transport orders, with how many there are of each status.",
            tool: "logistics.list-orders",
            topic: "orders"
        ),
        ToolDocument(
            "weft://orders/{id}",
            name: "order",
            title: "Order",
            purpose: "A transport order with its history, bookings, layout and decisions.",
            tool: "logistics.get-order",
            input: ["include": "decisions"],
            topic: "orders/{id}",
            choices: orders
        ),
        ToolDocument(
            "weft://bookings/{id}",
            name: "booking",
            title: "Booking",
            purpose: "A booking with its vehicle and price.",
            tool: "logistics.get-booking",
            choices: ToolChoices(tool: "logistics.list-bookings")
        ),
        ToolDocument(
            "weft://customers/{id}",
            name: "customer",
            title: "Customer",
            purpose: "A customer.",
            tool: "logistics.get-customer",
            choices: ToolChoices(tool: "logistics.list-customers")
        ),
        ToolDocument(
            "weft://vehicles",
            name: "vehicles",
            title: "Vehicles",
            purpose: "The fleet and what it does today.",
            tool: "logistics.list-vehicles",
            topic: "vehicles"
        ),
        ToolDocument(
            "weft://vehicles/{id}",
            name: "vehicle",
            title: "Vehicle",
            purpose: "A vehicle.",
            tool: "logistics.get-vehicle",
            choices: ToolChoices(tool: "logistics.list-vehicles")
        ),
    ]

    static let prompts: [ToolPrompt] = [
        ToolPrompt(
            name: "plan-orders",
            title: "Plan the day's orders",
            purpose: "Goes through open orders and the fleet, and proposes what to do first.",
            arguments: [
                .init(
                    "date",
                    "The day, for instance 2026-11-20; today if left out.",
                    isRequired: false
                )
            ],
            documents: ["weft://orders", "weft://vehicles"],
            text: """
                Plan the transport orders of the day {date} (today if no day is named). Find the open \
                orders of that day with the tool logistics.list-orders, look which vehicles are free \
                with logistics.list-vehicles, and propose an order of work: what is urgent, what fits \
                where, what will fail and why. Change nothing before a person has agreed.
                """
        ),
        ToolPrompt(
            name: "review-order",
            title: "Review an order",
            purpose: "Tells what happened to an order, and what comes next.",
            arguments: [.init("order", "The order's id.", choices: orders)],
            documents: ["weft://orders/{id}"],
            text: """
                Tell in a few sentences where order {order} stands: what was ordered, what the agents \
                decided and why, which vehicle carries it and at what price, and what comes next. If it \
                failed, say why and what a person can do.
                """
        ),
    ]
}
