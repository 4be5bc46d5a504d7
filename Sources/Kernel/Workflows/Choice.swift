import Core

/// The test of a choice rule.
indirect enum Condition: Sendable {
    enum Order: String, Sendable, CaseIterable {
        case equals = "Equals"
        case lessThan = "LessThan"
        case greaterThan = "GreaterThan"
        case lessThanEquals = "LessThanEquals"
        case greaterThanEquals = "GreaterThanEquals"

        func holds(_ order: Int) -> Bool {
            switch self {
            case .equals: order == 0
            case .lessThan: order < 0
            case .greaterThan: order > 0
            case .lessThanEquals: order <= 0
            case .greaterThanEquals: order >= 0
            }
        }
    }

    enum Test: Sendable {
        case string(Order)
        case numeric(Order)
        case timestamp(Order)
        case booleanEquals
        case stringMatches
        case isNull, isPresent, isNumeric, isString, isBoolean, isTimestamp
    }

    enum Operand: Sendable {
        case literal(JSON)
        case path(JSONPath)
    }

    case and([Condition])
    case or([Condition])
    case not(Condition)
    case test(JSONPath, Test, Operand)
    case constant(Bool)
    case query(Query)
}

/// One entry of `Choices`.
struct ChoiceRule: Sendable {
    var condition: Condition
    var next: String
    /// What a rule that holds makes, in place of what the state itself would.
    var output: PayloadTemplate?
    var assign: [PayloadTemplate.Member] = []
}

extension Condition {
    func holds(_ evaluation: Evaluation) throws(StateError) -> Bool {
        switch self {
        case .and(let conditions):
            for condition in conditions where try !condition.holds(evaluation) { return false }
            return true
        case .or(let conditions):
            for condition in conditions where try condition.holds(evaluation) { return true }
            return false
        case .not(let condition):
            return try !condition.holds(evaluation)
        case .constant(let value):
            return value
        case .query(let query):
            let value = try query.value(evaluation)
            guard let holds = value.bool else {
                throw query.mismatch(value, expected: "boolean")
            }
            return holds
        case .test(let variable, let test, let operand):
            let value = evaluation.find(variable)
            if case .isPresent = test, case .literal(let wanted) = operand {
                return (value != nil) == (wanted == true)
            }
            guard let value else {
                throw .runtime(
                    "Invalid path '\(variable)': The choice state's condition path references an"
                        + " invalid value."
                )
            }
            return test.holds(value, try operand.value(evaluation))
        }
    }
}

extension Condition.Operand {
    func value(_ evaluation: Evaluation) throws(StateError) -> JSON {
        switch self {
        case .literal(let value): return value
        case .path(let path):
            guard let value = evaluation.find(path) else {
                throw .runtime(
                    "Invalid path '\(path)': The choice state's condition path references an"
                        + " invalid value."
                )
            }
            return value
        }
    }
}

extension Condition.Test {
    /// A value of another type than the test is for simply does not match.
    func holds(_ value: JSON, _ operand: JSON) -> Bool {
        switch self {
        case .string(let order):
            guard let left = value.string, let right = operand.string else { return false }
            return order.holds(left.order(right))
        case .numeric(let order):
            guard case .number(let left) = value, case .number(let right) = operand else {
                return false
            }
            return order.holds(left.order(right))
        case .timestamp(let order):
            guard let left = Self.moment(value), let right = Self.moment(operand) else {
                return false
            }
            return order.holds(left == right ? 0 : left < right ? -1 : 1)
        case .booleanEquals:
            return value.bool != nil && value == operand
        case .stringMatches:
            guard let text = value.string, let pattern = operand.string else { return false }
            return Self.matches(text, pattern)
        case .isNull: return value.isNull == (operand == true)
        case .isPresent: return operand == true
        case .isNumeric: return (value.double != nil) == (operand == true)
        case .isString: return (value.string != nil) == (operand == true)
        case .isBoolean: return (value.bool != nil) == (operand == true)
        case .isTimestamp: return (Self.moment(value) != nil) == (operand == true)
        }
    }

    /// The States Language's timestamps are RFC 3339 with an upper-case `T` and `Z`.
    static func moment(_ value: JSON) -> Timestamp? {
        guard let text = value.string, !text.utf8.contains(UInt8(ascii: "t")),
            !text.utf8.contains(UInt8(ascii: "z"))
        else { return nil }
        return Timestamp(text)
    }

    /// `*` stands for any text, `\*` for a star and `\\` for a backslash.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        var pieces: [[UInt8]] = [[]]
        var escaped = false
        for byte in pattern.utf8 {
            if escaped {
                pieces[pieces.count - 1].append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "*") {
                pieces.append([])
            } else {
                pieces[pieces.count - 1].append(byte)
            }
        }
        var rest = Array(text.utf8)[...]
        guard rest.starts(with: pieces[0]) else { return false }
        if pieces.count == 1 { return rest.count == pieces[0].count }
        rest = rest.dropFirst(pieces[0].count)
        let last = pieces[pieces.count - 1]
        guard rest.count >= last.count, rest.suffix(last.count).elementsEqual(last) else {
            return false
        }
        rest = rest.dropLast(last.count)
        // The leftmost place for each piece in between leaves the most room for the others.
        for piece in pieces[1..<pieces.count - 1] where !piece.isEmpty {
            guard let at = Self.position(of: piece, in: rest) else { return false }
            rest = rest[(at + piece.count)...]
        }
        return true
    }

    private static func position(of piece: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= piece.count else { return nil }
        return (text.startIndex...text.endIndex - piece.count).first {
            text[$0...].starts(with: piece)
        }
    }
}
