import Core

/// Numbers that a state finds at run time, with AWS's words for those that do not fit.
extension Evaluation {
    /// The seconds of a Wait.
    func seconds(_ amount: State.Amount) throws(StateError) -> Int {
        switch amount.source {
        case .literal(let value): return value.int ?? 0
        case .query(let query):
            let value = try number(query)
            guard let seconds = value.int, (0...99_999_999).contains(seconds) else {
                throw .query(
                    "The Seconds field must be a whole number between 0 and 99999999: \(value)",
                    query.location
                )
            }
            return seconds
        case .path(let path):
            guard let value = find(path) else {
                throw .runtime(
                    "The SecondsPath parameter does not reference an input value: \(path)"
                )
            }
            guard let seconds = value.int else {
                throw .runtime(
                    "The SecondsPath parameter cannot be parsed as a long value: \(path) == \(value)"
                )
            }
            guard seconds >= 0 else {
                throw .runtime(
                    "The SecondsPath parameter references a negative value: \(path) == \(value)"
                )
            }
            return min(seconds, 99_999_999)
        }
    }

    /// `TimeoutSeconds` and `HeartbeatSeconds`.
    func limit(_ amount: State.Amount?) throws(StateError) -> Int? {
        guard let amount else { return nil }
        switch amount.source {
        case .literal(let value): return value.int
        case .query(let query):
            let value = try number(query)
            guard let seconds = value.int, seconds > 0 else {
                throw .query(
                    "The \(amount.name) field must be a positive whole number: \(value)",
                    query.location
                )
            }
            return min(seconds, 99_999_999)
        case .path(let path):
            guard let value = find(path) else { throw missing(path) }
            guard let seconds = value.int, seconds > 0 else {
                throw .runtime(
                    "Expected positive integer for \(amount.name)Path, got '\(shown(value))' instead."
                )
            }
            return min(seconds, 99_999_999)
        }
    }

    /// A count that may be zero, such as `MaxConcurrency`; digits in a string count as a number.
    func count(
        _ amount: State.Amount?,
        negative: (Int) -> String
    ) throws(StateError) -> Int? {
        guard let amount else { return nil }
        let value = try value(of: amount)
        if let count = value.int ?? value.string.flatMap({ Int($0) }) {
            guard count >= 0 else { throw problem(amount, negative(count)) }
            return count
        }
        throw problem(amount, unfit(amount, value, "integer"))
    }

    /// `ToleratedFailurePercentage`.
    func percentage(_ amount: State.Amount?) throws(StateError) -> Double? {
        guard let amount else { return nil }
        let value = try value(of: amount)
        guard let number = value.double ?? value.string.flatMap({ Int($0) }).map(Double.init) else {
            throw problem(amount, unfit(amount, value, "float"))
        }
        guard (0...100).contains(number) else {
            throw problem(amount, "\(amount.name) must be between 0 and 100.")
        }
        return number
    }

    private func value(of amount: State.Amount) throws(StateError) -> JSON {
        switch amount.source {
        case .literal(let value): return value
        case .query(let query): return try number(query)
        case .path(let path):
            guard let value = find(path) else { throw missing(path) }
            return value
        }
    }

    private func number(_ query: Query) throws(StateError) -> JSON {
        let value = try query.value(self)
        guard case .number = value else { throw query.mismatch(value, expected: "number") }
        return value
    }

    private func unfit(_ amount: State.Amount, _ value: JSON, _ kind: String) -> String {
        let source =
            switch amount.source {
            case .path(let path): path.description
            case .query(let query): query.text
            case .literal: ""
            }
        return
            "The \(amount.name)Path field refers to value \"\(shown(value))\" which is not a valid"
            + " \(kind): \(source)"
    }

    private func shown(_ value: JSON) -> String { value.string ?? value.text() }

    private func problem(_ amount: State.Amount, _ cause: String) -> StateError {
        if case .query(let query) = amount.source { return .query(cause, query.location) }
        return .runtime(cause)
    }
}
