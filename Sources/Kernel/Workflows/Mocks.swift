public import Core

/// Prepared answers of tasks by state name, taken in the order of scheduling; the last repeats.
public struct Mocks: Sendable {
    /// What a task answers.
    public enum Answer: Sendable, Hashable {
        /// It succeeds.
        case output(JSON)
        /// It fails, perhaps without a name or a cause.
        case error(String?, cause: String?)
        /// It takes longer than it may, or is silent for too long.
        case timeout(heartbeat: Bool)
        /// Nothing is ever heard of it.
        case silence
    }

    private var answers: [String: [Answer]]
    private var taken: [String: Int] = [:]
    /// Whether the last answer of a state is given again and again.
    var repeats = true

    /// Mocks of the given answers.
    public init(_ answers: [String: [Answer]] = [:]) {
        self.answers = answers
    }

    /// Reads `{"StateName":[{"return":…}|{"throw":{"error","cause"}},…]}`.
    ///
    /// A `States.Timeout` or `States.HeartbeatTimeout` without a cause is a timeout. For a Map with
    /// an `ItemReader` the answer is what is read: a text in the reader's format, or the document.
    ///
    /// - Throws: a fault of code `invalid-mocks` with the JSON Pointer of what does not fit.
    public init(_ json: JSON, for definition: Definition) throws(GeneralFault) {
        func refuse(_ pointer: String, _ message: String) -> GeneralFault {
            GeneralFault(.invalid, code: "invalid-mocks", message, pointer: pointer)
        }
        guard let object = json.object else {
            throw refuse("", "mocks must be an object of state names")
        }
        let names = definition.stateNames
        answers = [:]
        for member in object {
            let place = "/" + JSON.pointerToken(member.key)
            guard names.contains(member.key) else {
                let near = nearest(to: member.key, among: names)
                    .map { "; did you mean \"\($0)\"?" }
                throw refuse(place, "the workflow has no such state\(near ?? "")")
            }
            guard let entries = member.value.array, !entries.isEmpty else {
                throw refuse(place, "must be an array of at least one answer")
            }
            for (at, entry) in entries.enumerated() {
                guard let answer = Answer(entry) else {
                    throw refuse(
                        "\(place)/\(at)",
                        "must be {\"return\":…} or {\"throw\":{\"error\",\"cause\"}}"
                    )
                }
                answers[member.key, default: []].append(answer)
            }
        }
    }

    /// The next answer of a state, nil when it has none at all.
    mutating func next(_ state: String) -> Answer? {
        guard let answers = answers[state], !answers.isEmpty else { return nil }
        let at = taken[state, default: 0]
        taken[state] = at + 1
        guard repeats || at < answers.count else { return nil }
        return answers[min(at, answers.count - 1)]
    }

    /// The answer that `next` gave last.
    func again(_ state: String) -> Answer? {
        guard let answers = answers[state], let taken = taken[state] else { return nil }
        return answers[min(taken - 1, answers.count - 1)]
    }
}

extension Mocks.Answer {
    init?(_ json: JSON) {
        let keys = json.object?.keys ?? []
        if keys == ["return"], let value = json["return"] {
            self = .output(value)
            return
        }
        guard keys == ["throw"], let thrown = json["throw"]?.object,
            thrown.keys.allSatisfy({ $0 == "error" || $0 == "cause" })
        else { return nil }
        // A cause may be written as JSON; AWS has it as text.
        let cause = thrown["cause"].flatMap { $0.isNull ? nil : $0 }
        let text = cause.map { $0.string ?? $0.text() }
        let error = thrown["error"]?.string
        switch error {
        case "States.Timeout" where text ?? "" == "": self = .timeout(heartbeat: false)
        case "States.HeartbeatTimeout" where text ?? "" == "": self = .timeout(heartbeat: true)
        default: self = .error(error, cause: text)
        }
    }
}
