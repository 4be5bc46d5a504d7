import Core
import Observability

/// What operators see of the models.
struct GatewayMetrics: Sendable {
    private let calls: Family<Counter>
    private let seconds: Family<Histogram>
    private let tokens: Family<Counter>
    private let cost: Family<Counter>

    init(_ metrics: Metrics) {
        calls = metrics.counter(
            "weft_model_calls_total",
            help: "Attempts at models, by how they ended.",
            labels: ["organisation", "model", "outcome"]
        )
        seconds = metrics.histogram(
            "weft_model_call_seconds",
            help: "How long models took to answer, to the last byte.",
            labels: ["organisation", "model"],
            buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300]
        )
        tokens = metrics.counter(
            "weft_model_tokens_total",
            help: "Tokens as providers count them.",
            labels: ["organisation", "model", "sort"]
        )
        cost = metrics.counter(
            "weft_model_cost_total",
            help: "What models cost, in units of the organisation's currency.",
            labels: ["organisation", "model"]
        )
    }

    func answered(_ charge: ModelCharge) {
        let organisation = charge.organisation.description
        calls.with(organisation, charge.model, "ok").add()
        seconds.with(organisation, charge.model).record(charge.latency)
        spent(charge)
    }

    func failed(_ code: ModelFault.Code, _ model: String, _ organisation: ID<Organisation>) {
        calls.with(organisation.description, model, code.rawValue).add()
    }

    func spent(_ charge: ModelCharge) {
        let organisation = charge.organisation.description
        for (sort, count) in [
            ("input", charge.usage.input), ("output", charge.usage.output),
            ("cache-read", charge.usage.cacheRead), ("cache-write", charge.usage.cacheWrite),
        ] where count > 0 {
            tokens.with(organisation, charge.model, sort).add(Double(count))
        }
        if charge.costMicros > 0 {
            cost.with(organisation, charge.model).add(Double(charge.costMicros) / 1e6)
        }
    }
}
