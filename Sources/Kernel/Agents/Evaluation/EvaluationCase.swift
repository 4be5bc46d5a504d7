public import Core

/// One case of an evaluation set: what an agent is asked, what its tools answer, what is expected of it.
public struct EvaluationCase: Sendable {
    /// What a tool answers to one call.
    struct Answer: Sendable {
        /// Only to an input that has these members; nil to any.
        var input: JSON?
        var outcome: Result<JSON, GeneralFault>
    }

    /// Names it within the set.
    public var id: String
    var input: JSON
    var now: Timestamp
    /// By tool, in order; the last one repeats.
    var answers: [String: [Answer]]
    var expected: Expectation

    /// What must be so afterwards.
    struct Expectation: Sendable {
        var choice: String?
        /// Members that the output must have.
        var output: JSON?
        var leastConfidence: Double?
        /// Tools that must have been called, and such that must not.
        var calls: [String] = []
        var avoids: [String] = []
        /// The code with which it must fail.
        var fault: String?
    }

    private static let keys: Set<String> = ["id", "input", "now", "tools", "expect", "comment"]

    /// Reads `{"id","input","now"?,"tools":{TOOL:[{"input"?,"return"|"throw":{"code","message"}}]},
    /// "expect":{"choice"?,"output"?,"confidence"?,"calls"?,"avoids"?,"fault"?}}`.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        try reader.onlyKeys(Self.keys)
        id = try reader.member("id").string(length: 1...200)
        input = try reader.member("input").value
        now =
            try reader.optional("now")?.timestamp()
            ?? Timestamp(microseconds: 1_767_225_600_000_000)
        answers = [:]
        if let tools = try reader.optional("tools") {
            for member in tools.value.object ?? JSONObject() {
                var list: [Answer] = []
                for answer in try tools.member(member.key).array(count: 1...1_000) {
                    list.append(try Self.answer(answer))
                }
                answers[member.key] = list
            }
        }
        expected = try Self.expectation(try reader.member("expect"))
    }

    private static func answer(_ reader: JSONReader) throws(GeneralFault) -> Answer {
        try reader.onlyKeys(["input", "return", "throw"])
        let input = reader.value["input"]
        if let value = reader.value["return"] {
            return Answer(input: input, outcome: .success(value))
        }
        let thrown = try reader.member("throw")
        return Answer(
            input: input,
            outcome: .failure(
                GeneralFault(
                    .conflict,
                    code: try thrown.member("code").string(length: 1...200),
                    try thrown.optional("message")?.string() ?? ""
                )
            )
        )
    }

    private static func expectation(_ reader: JSONReader) throws(GeneralFault) -> Expectation {
        try reader.onlyKeys(["choice", "output", "confidence", "calls", "avoids", "fault"])
        func names(_ key: String) throws(GeneralFault) -> [String] {
            var names: [String] = []
            for name in try reader.optional(key)?.array(count: 0...1_000) ?? [] {
                names.append(try name.string(length: 1...200))
            }
            return names
        }
        return Expectation(
            choice: try reader.optional("choice")?.string(),
            output: reader.value["output"],
            leastConfidence: try reader.optional("confidence")?.double(),
            calls: try names("calls"),
            avoids: try names("avoids"),
            fault: try reader.optional("fault")?.string()
        )
    }

    /// What is not as expected; nothing when all is.
    func failures(of result: Result<Conclusion, any Error>, calls: [String]) -> [String] {
        var failures: [String] = []
        for tool in expected.calls where !calls.contains(tool) {
            failures.append("did not call \(tool)")
        }
        for tool in expected.avoids where calls.contains(tool) { failures.append("called \(tool)") }
        switch result {
        case .failure(let error):
            let code = (error as? any Fault)?.code ?? String(describing: error)
            if expected.fault != code { failures.append("failed: \(error)") }
        case .success(let conclusion):
            if let fault = expected.fault { failures.append("did not fail with \(fault)") }
            if let choice = expected.choice, choice != conclusion.choice {
                failures.append("chose \"\(conclusion.choice)\", not \"\(choice)\"")
            }
            if let output = expected.output {
                failures += Self.missing(output, in: conclusion.output, at: "/output")
            }
            if let least = expected.leastConfidence, conclusion.confidence < least {
                failures.append("is sure to \(conclusion.confidence), not to \(least)")
            }
        }
        return failures
    }

    /// Where a value does not have the members of another.
    static func missing(_ wanted: JSON, in found: JSON, at pointer: String) -> [String] {
        if case .object(let members) = wanted, found.object != nil {
            return members.flatMap { member in
                let place = pointer + "/" + JSON.pointerToken(member.key)
                guard let value = found[member.key] else { return ["\(place) is missing"] }
                return missing(member.value, in: value, at: place)
            }
        }
        guard wanted != found else { return [] }
        return ["\(pointer) is \(found.text().prefix(100)), not \(wanted.text().prefix(100))"]
    }
}
