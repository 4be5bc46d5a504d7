import Observability
import Platform

/// What is measured of the business, and what dashboards show of it.
enum LogisticsMetrics {
    private static let shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1]

    /// Numbers over events.
    static let events = [
        EventMetric(
            "logistics_booking_volume_utilisation_ratio",
            help: "Share of a booked vehicle's volume that its load takes.",
            of: "booking.made",
            at: ["volumeUtilisation"],
            buckets: shares
        ),
        EventMetric(
            "logistics_booking_weight_utilisation_ratio",
            help: "Share of a booked vehicle's payload that its load takes.",
            of: "booking.made",
            at: ["weightUtilisation"],
            buckets: shares
        ),
        EventMetric(
            "logistics_booking_price",
            help: "What a booked vehicle costs.",
            of: "booking.made",
            at: ["price", "amount"],
            labels: [("currency", ["price", "currency"])],
            buckets: [25, 50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_500, 5_000, 10_000]
        ),
    ]

    /// Numbers that the tables tell.
    static let gauges = [
        StoreGauge(
            "logistics_orders",
            help: "Orders by status.",
            labels: ["organisation", "status"],
            sql: """
                SELECT organisation, status, count(*) FROM logistics_order
                GROUP BY organisation, status
                """
        )
    ]

    /// What is added to the dashboards.
    static let dashboards = [
        Dashboard(
            .executive,
            [
                DashboardWidget(
                    "orders",
                    "Orders by status",
                    .bar,
                    help: "How many orders are in each status.",
                    [.init("orders", "logistics_orders", .maximum, splitBy: "status")]
                ),
                DashboardWidget(
                    "orders-placed",
                    "Orders placed and booked",
                    .line,
                    unit: "/s",
                    help: "Orders that came in, and orders that were booked.",
                    [
                        .init(
                            "placed",
                            "weft_events_total",
                            .rate,
                            labels: ["type": "order.placed"]
                        ),
                        .init(
                            "booked",
                            "weft_events_total",
                            .rate,
                            labels: ["type": "order.booked"]
                        ),
                        .init(
                            "failed",
                            "weft_events_total",
                            .rate,
                            labels: ["type": "order.failed"]
                        ),
                    ]
                ),
                DashboardWidget(
                    "cost-per-order",
                    "Cost per order",
                    .number,
                    help: "What the booked vehicles cost, for each order booked in this time.",
                    [.init("cost", "logistics_booking_price", .sum)],
                    per: .init(
                        "orders",
                        "weft_events_total",
                        .sum,
                        labels: ["type": "order.booked"]
                    )
                ),
                DashboardWidget(
                    "volume-utilisation",
                    "Booked volume that is used",
                    .number,
                    unit: "%",
                    help: "Mean share of a booked vehicle's volume that its load takes.",
                    [
                        .init(
                            "volume",
                            "logistics_booking_volume_utilisation_ratio",
                            .average,
                            scale: 100
                        )
                    ]
                ),
                DashboardWidget(
                    "weight-utilisation",
                    "Booked payload that is used",
                    .number,
                    unit: "%",
                    help: "Mean share of a booked vehicle's payload that its load takes.",
                    [
                        .init(
                            "weight",
                            "logistics_booking_weight_utilisation_ratio",
                            .average,
                            scale: 100
                        )
                    ]
                ),
            ]
        )
    ]
}
