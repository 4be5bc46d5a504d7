import Agents
import Core
import Observability

extension ObservationTools {
    /// Who may see a dashboard: what the business does is everybody's who watches, how the machine does
    /// is operations'.
    private func isVisible(_ audience: Dashboard.Audience, to scope: Scope) -> Bool {
        let roles = audience == .executive ? Self.watchers : Self.operations
        return !scope.roles.isDisjoint(with: roles)
    }

    func listDashboards() throws -> Tool {
        try Tool(
            name: "platform.list-dashboards",
            purpose: "Lists the dashboards that you may see.",
            input: Self.object([:]),
            output: Self.object([
                "items": [
                    "type": "array", "items": Self.object(["name": Self.text, "title": Self.text]),
                ]
            ]),
            roles: Self.watchers,
            body: .compute { [self] _, invocation in
                let shown = Dashboard.Audience.allCases.filter {
                    isVisible($0, to: invocation.scope)
                }
                return [
                    "items": .array(
                        shown.map {
                            ["name": .string($0.rawValue), "title": .string($0.title)]
                        }
                    )
                ]
            }
        )
    }

    func getDashboard() throws -> Tool {
        let point = Self.object(["at": Self.moment, "value": Self.optionalNumber])
        return try Tool(
            name: "platform.get-dashboard",
            purpose: "Shows a dashboard with its values up to now.",
            input: Self.object(
                [
                    "name": Self.search,
                    "minutes": ["type": "integer", "minimum": 1, "maximum": 40_320],
                ],
                required: ["name"]
            ),
            output: Self.object([
                "name": Self.text, "title": Self.text, "minutes": Self.count,
                "widgets": [
                    "type": "array",
                    "items": Self.object(
                        [
                            "id": Self.text, "title": Self.text,
                            "kind": Self.words(DashboardWidget.Kind.self), "unit": Self.text,
                            "help": Self.text, "value": Self.optionalNumber,
                            "series": [
                                "type": "array",
                                "items": Self.object([
                                    "name": Self.text,
                                    "points": ["type": "array", "items": point],
                                ]),
                            ],
                        ],
                        required: ["id", "title", "kind", "unit", "help", "series"]
                    ),
                ],
            ]),
            roles: Self.watchers,
            body: .compute { [self] input, invocation in
                let name = try input.member("name").string()
                guard let audience = Dashboard.Audience(rawValue: name) else {
                    throw Self.missing("dashboard", name)
                }
                guard isVisible(audience, to: invocation.scope) else {
                    throw GeneralFault(
                        .forbidden,
                        code: "forbidden",
                        "the dashboard \"\(name)\" is for the roles "
                            + Self.operations.map(\.rawValue).sorted().joined(separator: ", ")
                    )
                }
                let widgets = dashboards.filter { $0.audience == audience }.flatMap(\.widgets)
                let reader = DashboardReader(
                    metrics: metrics,
                    viewer: try await operators.viewer(invocation.scope),
                    until: invocation.now,
                    minutes: try input.optional("minutes")?.int() ?? 60
                )
                return try await reader.json(Dashboard(audience, widgets))
            }
        )
    }
}
