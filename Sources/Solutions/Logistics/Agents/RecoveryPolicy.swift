import Agents
import Core

/// Tries failed orders again, those due first, each twice at most.
struct RecoveryPolicy: RulePolicy {
    var name: String { "due-first-twice-at-most" }
    var version: Int { 1 }
    var routine: Set<String> { ["recover-orders"] }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        let found = try await run.call("logistics.list-recoverable-orders", [:])
        var options: [Option] = []
        var tried: [JSON] = []
        var names: [String] = []
        let orders = found["orders"]?.array ?? []
        for (index, order) in orders.enumerated() {
            let name = order["reference"]?.string ?? ""
            guard order["worthTrying"] == true else {
                options.append(
                    Option(
                        name,
                        score: nil,
                        reasons: [
                            "it was tried again \(order["tries"]?.int ?? 0) times and failed each time"
                        ]
                    )
                )
                continue
            }
            options.append(
                Option(
                    name,
                    score: 1 - Double(index) / Double(max(1, orders.count)),
                    reasons: ["due at \(order["due"]?.string ?? "?")"],
                    detail: ["failedBecause": order["reason"] ?? .null]
                )
            )
            do {
                _ = try await run.call(
                    "logistics.retry-failed-order",
                    ["orderId": order["orderId"] ?? .null]
                )
                tried.append(order["orderId"] ?? .null)
                names.append(name)
            } catch let fault as any Fault where fault.kind == .conflict {
                // A person was quicker.
                options[options.count - 1] = Option(name, score: nil, reasons: [fault.message])
            }
        }
        return Conclusion(
            subject: run.input["remediationId"]?.string.map { "remediation:\($0)" } ?? "orders",
            options: options,
            choice: names.isEmpty
                ? "nothing can be tried again" : "try again: " + names.joined(separator: ", "),
            rationale:
                "\(names.count) of \(orders.count) failed orders that are not due yet were given "
                + "back to processing; vehicles that were taken then may be free now.",
            confidence: names.isEmpty ? 0.5 : 0.8,
            output: ["retried": .array(tried), "count": .int(tried.count)],
            task: "recover-orders"
        )
    }
}
