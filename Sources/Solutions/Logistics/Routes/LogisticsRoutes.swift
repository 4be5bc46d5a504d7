import Core
import HTTP
import Platform

/// The solution's routes, each mapped to one tool; the seed's bare paths are aliases.
enum LogisticsRoutes {
    static let importLimit = 8 << 20

    static var all: [ToolRoute] {
        var routes: [ToolRoute] = [
            ToolRoute(.get, "/api/vehicles", tool: "logistics.list-vehicles"),
            ToolRoute(.get, "/api/vehicles/available", tool: "logistics.list-available-vehicles"),
            ToolRoute(.get, "/api/depots", tool: "logistics.list-depots"),
            ToolRoute(.get, "/api/keep-apart", tool: "logistics.list-keep-apart-rules"),
            ToolRoute(.put, "/api/keep-apart", tool: "logistics.set-keep-apart-rules"),
            ToolRoute(.get, "/api/bookings", tool: "logistics.list-bookings"),
            ToolRoute(
                .post,
                "/api/bookings",
                tool: "logistics.create-booking",
                status: .created
            ),
            ToolRoute(.post, "/api/bookings/calculate-price", tool: "logistics.calculate-price"),
            ToolRoute(
                .get,
                "/api/bookings/{id}",
                tool: "logistics.get-booking",
                isVersioned: true
            ),
            ToolRoute(
                .patch,
                "/api/bookings/{id}/status",
                tool: "logistics.update-booking-status",
                isVersioned: true
            ),
            ToolRoute(.get, "/api/metrics/logistics", tool: "logistics.metrics"),
            ToolRoute(.get, "/api/orders/{id}/layout", tool: "logistics.get-layout"),
            ToolRoute(.get, "/api/orders/{id}/layouts", tool: "logistics.list-layouts"),
            ToolRoute(
                .post,
                "/api/orders/{id}/retry",
                tool: "logistics.retry-order",
                isVersioned: true
            ),
            ToolRoute(.post, "/api/orders/bulk", tool: "logistics.bulk-orders"),
            ToolRoute(
                .post,
                "/api/orders/import",
                tool: "logistics.import-orders",
                bodyLimit: importLimit,
                query: ["partial"],
                body: importBody,
                problems: [.badRequest],
                input: importInput
            ),
        ]
        routes += loading + calendar + trips
        for base in ["/api/orders", "/orders"] {
            routes += [
                ToolRoute(.get, base, tool: "logistics.list-orders"),
                ToolRoute(
                    .post,
                    base,
                    tool: "logistics.create-order",
                    status: .created,
                    location: "/api/orders/"
                ),
                ToolRoute(.get, base + "/{id}", tool: "logistics.get-order", isVersioned: true),
                ToolRoute(
                    .patch,
                    base + "/{id}",
                    tool: "logistics.change-order",
                    isVersioned: true
                ),
            ]
        }
        for base in ["/api/customers", "/customers"] {
            routes += [
                ToolRoute(.get, base, tool: "logistics.list-customers"),
                ToolRoute(.get, base + "/{id}", tool: "logistics.get-customer"),
            ]
        }
        // The seed's proxy path for the transport API.
        routes += routes.filter {
            $0.path.hasPrefix("/api/vehicles") || $0.path.hasPrefix("/api/bookings")
        }.map { route in
            var alias = route
            alias.path = "/api/transport/" + route.path.dropFirst(5)
            return alias
        }
        return routes
    }

    private static let loading: [ToolRoute] = [
        ToolRoute(.get, "/api/loads", tool: "logistics.list-loads"),
        ToolRoute(.get, "/api/loads/{id}", tool: "logistics.get-load"),
        ToolRoute(
            .get,
            "/api/loads/{id}/sheet.pdf",
            tool: "logistics.print-load",
            file: "application/pdf"
        ),
        ToolRoute(.post, "/api/loads/{id}/placements", tool: "logistics.record-placement"),
        ToolRoute(.post, "/api/loads/{id}/problems", tool: "logistics.report-load-problem"),
        ToolRoute(.post, "/api/loads/{id}/undo", tool: "logistics.undo-placement"),
    ]

    private static let trips: [ToolRoute] = [
        ToolRoute(
            .post,
            "/api/trips/plans",
            tool: "logistics.plan-trips",
            status: .created,
            location: "/api/trips/plans/"
        ),
        ToolRoute(.get, "/api/trips/plans", tool: "logistics.list-trip-plans"),
        ToolRoute(.get, "/api/trips/plans/{id}", tool: "logistics.get-trip-plan"),
        ToolRoute(.get, "/api/trips", tool: "logistics.list-trips"),
        ToolRoute(.get, "/api/trips/{id}", tool: "logistics.get-trip", isVersioned: true),
        ToolRoute(.get, "/api/trips/{id}/layout", tool: "logistics.get-trip-layout"),
        ToolRoute(
            .post,
            "/api/trips/{id}/accept",
            tool: "logistics.accept-trip",
            isVersioned: true
        ),
        ToolRoute(
            .post,
            "/api/trips/{id}/withdraw",
            tool: "logistics.withdraw-trip",
            isVersioned: true
        ),
        ToolRoute(
            .post,
            "/api/trips/{id}/dispatch",
            tool: "logistics.dispatch-trip",
            isVersioned: true
        ),
        ToolRoute(
            .post,
            "/api/orders/{id}/delay",
            tool: "logistics.delay-order",
            isVersioned: true
        ),
    ]

    private static let calendar: [ToolRoute] = [
        ToolRoute(.get, "/api/vehicles/calendar", tool: "logistics.vehicle-calendar"),
        ToolRoute(.get, "/api/vehicles/{id}", tool: "logistics.get-vehicle"),
        ToolRoute(
            .post,
            "/api/vehicles/{id}/unavailability",
            tool: "logistics.block-vehicle",
            status: .created
        ),
        ToolRoute(
            .delete,
            "/api/vehicles/{id}/unavailability/{period}",
            tool: "logistics.unblock-vehicle"
        ),
    ]

    private static let importBody = RouteDocumentation.Body([
        (
            "text/csv",
            ["type": "string", "description": "One line for each item; README.md has the columns."]
        ),
        (
            "application/json",
            [
                "description":
                    "Orders as `POST /api/orders` takes them, or an object with `orders`.",
                "anyOf": [
                    ["type": "array", "items": ["type": "object"]],
                    [
                        "type": "object", "required": ["orders"],
                        "properties": [
                            "orders": ["type": "array", "items": ["type": "object"]]
                        ],
                    ],
                ],
            ]
        ),
    ])

    /// A CSV file or JSON as the body, `partial` in the query.
    private static func importInput(_ request: Request) throws -> JSON {
        let type = request.headers["content-type"] ?? ""
        guard let text = String(validating: request.body, as: UTF8.self) else {
            throw GeneralFault(.malformed, code: "not-utf8", "the file is not UTF-8 text")
        }
        let partial = request.query.list.last { $0.name == "partial" }?.value
        guard partial == nil || partial == "true" || partial == "false" else {
            throw GeneralFault(
                .invalid,
                code: "invalid-value",
                "\"partial\" is true or false",
                pointer: "/partial"
            )
        }
        let isJSON = type.contains("json")
        guard isJSON || type.hasPrefix("text/csv") else {
            throw HTTPFault(
                .unsupportedMediaType,
                code: "unsupported-media-type",
                "send the file as text/csv or application/json, not as \"\(type.prefix(80))\"",
                headers: ["Accept": "text/csv, application/json"]
            )
        }
        return [
            "format": isJSON ? "json" : "csv", "text": .string(text),
            "partial": .bool(partial == "true"),
        ]
    }
}
