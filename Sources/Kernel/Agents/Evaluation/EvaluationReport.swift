public import Core

/// What came of an evaluation set.
public struct EvaluationReport: Sendable {
    /// One decision of one case.
    struct Trial: Sendable {
        var failures: [String]
        var latency: Duration
        var costMicros: Int
        var tokens: Int
    }

    /// All decisions of one case.
    struct CaseResult: Sendable {
        var id: String
        var passes = 0
        var trials = 0
        /// What was wrong, each once, at most 20.
        var failures: [String] = []
        var latencies: [Duration] = []
        var costMicros = 0
        var tokens = 0

        init(id: String) { self.id = id }

        mutating func add(_ trial: Trial) {
            trials += 1
            if trial.failures.isEmpty { passes += 1 }
            for failure in trial.failures where failures.count < 20 && !failures.contains(failure) {
                failures.append(failure)
            }
            latencies.append(trial.latency)
            costMicros += trial.costMicros
            tokens += trial.tokens
        }
    }

    let agent: String
    let candidate: String
    let version: String
    let trials: Int
    let results: [CaseResult]

    /// Whether every decision was right.
    public var isPassed: Bool { results.allSatisfy { $0.passes == $0.trials } }

    /// The probability that `k` decisions of one case are all right, averaged over the cases: of `n`
    /// decisions with `c` right ones it is estimated without bias by C(c, k) / C(n, k).
    ///
    /// Source: Yao et al., "τ-bench: A Benchmark for Tool-Agent-User Interaction in Real-World Domains",
    /// 2024 (pass^k).
    ///
    /// - Parameter k: 1 to the number of trials.
    /// - Returns: 0…1.
    public func passHat(_ k: Int) -> Double {
        guard !results.isEmpty, (1...max(1, trials)).contains(k) else { return 0 }
        let sum = results.reduce(0.0) { sum, result in
            sum + Self.share(of: result.passes, among: result.trials, drawing: k)
        }
        return sum / Double(results.count)
    }

    /// C(c, k) / C(n, k), as a product that does not overflow.
    static func share(of c: Int, among n: Int, drawing k: Int) -> Double {
        guard k <= c else { return 0 }
        return (0..<k).reduce(1.0) { $0 * Double(c - $1) / Double(n - $1) }
    }

    /// The wire form: `passHat` by k, cost, tokens, latencies in microseconds, and each case.
    public var json: JSON {
        let latencies = results.flatMap(\.latencies).sorted()
        func quantile(_ share: Double) -> JSON {
            guard !latencies.isEmpty else { return .null }
            let rank = Int((Double(latencies.count) * share).rounded(.up))
            return .int(latencies[max(0, min(latencies.count, rank) - 1)].microseconds)
        }
        var passHat = JSONObject()
        for k in 1...max(1, trials) { passHat["\(k)"] = .double(self.passHat(k)) }
        return [
            "agent": .string(agent), "candidate": .string(candidate),
            "version": .string(version), "cases": .int(results.count), "trials": .int(trials),
            "passed": .bool(isPassed), "passHat": .object(passHat),
            "costMicros": .int(results.reduce(0) { $0 + $1.costMicros }),
            "tokens": .int(results.reduce(0) { $0 + $1.tokens }),
            "p50Micros": quantile(0.5), "p99Micros": quantile(0.99),
            "results": .array(
                results.map { result in
                    [
                        "id": .string(result.id), "passes": .int(result.passes),
                        "failures": .array(result.failures.map { .string($0) }),
                        "costMicros": .int(result.costMicros), "tokens": .int(result.tokens),
                    ]
                }
            ),
        ]
    }

    /// Compares a report with an earlier one of the same agent and set.
    ///
    /// A case that the earlier report has and this one lacks counts as worse: nobody knows how it would go.
    ///
    /// - Parameter earlier: the ``json`` of the other report.
    /// - Returns: both in short, and which cases pass less or more often.
    /// - Throws: a fault of code `invalid-report` when it is none, `other-agent` when it is another agent's.
    public func compared(with earlier: JSON) throws(GeneralFault) -> JSON {
        var before: [String: Double] = [:]
        do throws(GeneralFault) {
            let reader = JSONReader(earlier)
            let other = try reader.member("agent")
            guard try other.string() == agent else {
                throw GeneralFault(
                    .invalid,
                    code: "other-agent",
                    "this report is of \(try other.string().prefix(200)), not of \(agent)",
                    pointer: other.pointer
                )
            }
            let trials = try reader.member("trials").int(in: 1...100)
            for result in try reader.member("results").array() {
                let id = try result.member("id").string()
                let passes = try result.member("passes").int(in: 0...trials)
                before[id] = Double(passes) / Double(trials)
            }
        } catch  where error.code != "other-agent" {
            throw GeneralFault(
                .invalid,
                code: "invalid-report",
                "this is no report of weft evaluate: \(error.message)",
                pointer: error.pointer
            )
        }
        var worse: [JSON] = []
        var better: [JSON] = []
        var added: [JSON] = []
        for result in results {
            guard let old = before.removeValue(forKey: result.id) else {
                added.append(.string(result.id))
                continue
            }
            let new = Double(result.passes) / Double(max(1, result.trials))
            let row: JSON = [
                "id": .string(result.id), "before": .double(old), "after": .double(new),
                "failures": .array(result.failures.map { .string($0) }),
            ]
            if new < old { worse.append(row) }
            if new > old { better.append(row) }
        }
        for (id, old) in before.sorted(by: { $0.key < $1.key }) {
            worse.append([
                "id": .string(id), "before": .double(old), "after": .null,
                "failures": ["the case is not in the set any more"],
            ])
        }
        func short(_ report: JSON) -> JSON {
            var short: JSON = [:]
            for key in [
                "agent", "candidate", "version", "cases", "trials", "passHat", "costMicros",
                "tokens", "p50Micros", "p99Micros",
            ] {
                short[key] = report[key] ?? .null
            }
            return short
        }
        return [
            "before": short(earlier), "after": short(json), "worse": .array(worse),
            "better": .array(better), "added": .array(added),
            "missing": .array(before.keys.sorted().map { .string($0) }),
        ]
    }
}
