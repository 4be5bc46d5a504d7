import Agents
import Core

/// Decides whether an order is processed now: it must be open, and its day must not be past.
struct OrchestratorPolicy: RulePolicy {
    var name: String { "process-open-orders" }
    var version: Int { 1 }
    var routine: Set<String> { [Self.task] }

    private static let task = "take-up-order"

    func decide(_ run: AgentRun) async throws -> Conclusion {
        let order = JSONReader(
            try await run.call(
                "logistics.fetch-order",
                ["orderId": run.input["orderId"] ?? .null]
            )
        )
        let reference = try order.member("reference").string()
        let status = try order.member("status").string()
        let date = try order.member("requestedDate").date()
        let days = date.daysSinceEpoch - run.now.date.daysSinceEpoch
        let pieces = try order.member("itemCount").int()
        let kilograms = try order.member("totalWeightGrams").int() / 1_000
        var refusals: [String] = []
        if status != "received" { refusals.append("it is \(status), not received") }
        if days < 0 { refusals.append("its day, \(date), has passed") }
        let ahead = days == 0 ? "today" : days == 1 ? "1 day ahead" : "\(days) days ahead"
        let goods =
            "\(pieces) \(pieces == 1 ? "piece" : "pieces") of together \(kilograms) kg for \(date)"
        let process = refusals.isEmpty
        return Conclusion(
            subject: "order:\(try order.member("id").string())",
            options: [
                Option(
                    "process",
                    score: process ? 1 : nil,
                    reasons: process ? ["received and \(ahead)"] : refusals
                ),
                Option(
                    "hold",
                    score: process ? 0 : 1,
                    reasons: [process ? "nothing speaks for waiting" : "it cannot be processed"]
                ),
            ],
            choice: process ? "process" : "hold",
            rationale: process
                ? "Order \(reference) asks for \(goods), \(ahead): analysis and booking can begin."
                : "Order \(reference) is not processed: \(refusals.joined(separator: " and ")).",
            confidence: 1,
            output: [
                "process": .bool(process), "open": .bool(status == "received"),
                "reason": .string(refusals.joined(separator: " and ")),
                "requestedDate": .string(date.description), "reference": .string(reference),
            ],
            task: Self.task
        )
    }
}
