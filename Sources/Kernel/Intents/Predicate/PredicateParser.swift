public import Core

/// Reads a predicate's text.
///
/// ```
/// predicate := function "(" source [ "," field ] { "," condition }
///              [ "where" condition { "," condition } ] ")" "over" duration comparison number
/// condition := field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value | field "in" "(" value { "," value } ")"
/// ```
struct PredicateParser {
    private let tokens: [PredicateLexer.Placed]
    private let pointer: String
    private var at = 0

    /// How many conditions a measure may have.
    static let mostConditions = 10
    /// How many values `in` may list.
    static let mostValues = 50

    init(_ text: String, pointer: String) throws(GeneralFault) {
        tokens = try PredicateLexer.tokens(text, pointer: pointer)
        self.pointer = pointer
    }

    private var current: PredicateLexer.Placed { tokens[min(at, tokens.count - 1)] }

    private mutating func take() -> PredicateLexer.Placed {
        defer { at += 1 }
        return current
    }

    private func mismatch(_ expected: String) -> GeneralFault {
        PredicateFault.fault(
            "expected \(expected), found \(current.token.shown)",
            column: current.column,
            pointer: pointer
        )
    }

    private mutating func sign(_ sign: String) throws(GeneralFault) {
        guard current.token == .sign(sign) else { throw mismatch("\"\(sign)\"") }
        at += 1
    }

    private mutating func takes(_ token: PredicateLexer.Token) -> Bool {
        guard current.token == token else { return false }
        at += 1
        return true
    }

    mutating func predicate() throws(GeneralFault) -> Predicate {
        let measure = try measure()
        guard case .sign(let text) = current.token,
            let comparison = Predicate.Comparison(rawValue: text)
        else { throw mismatch(">=, <=, > or <") }
        at += 1
        guard case .number(let target) = current.token else { throw mismatch("a number") }
        at += 1
        guard current.token == .end else { throw mismatch("the end") }
        return Predicate(measure: measure, comparison: comparison, target: target)
    }

    private mutating func measure() throws(GeneralFault) -> Measure {
        let names = Measure.Function.allCases.map(\.rawValue)
        let place = current.column
        guard case .word(let word) = current.token,
            let function = Measure.Function(rawValue: word)
        else {
            throw mismatch("one of the functions \(names.joined(separator: ", "))")
        }
        at += 1
        try sign("(")
        let sourcePlace = current.column
        guard case .word(let source) = current.token else {
            throw mismatch("the name of records, a metric or a series")
        }
        at += 1
        var measure = Measure(function, of: source, windowSeconds: 0)
        measure.places.function = place
        measure.places.source = sourcePlace
        while takes(.sign(",")) {
            let column = current.column
            guard case .word(let name) = current.token else { throw mismatch("a field") }
            at += 1
            switch current.token {
            case .sign(","), .sign(")"), .word("where"):
                guard measure.field == nil, measure.conditions.isEmpty else {
                    throw mismatch("a comparison")
                }
                measure.field = name
                measure.places.field = column
            default:
                measure.conditions.append(try condition(name, column))
                try checkCount(measure.conditions, column)
            }
        }
        if takes(.word("where")) {
            repeat {
                let column = current.column
                guard case .word(let name) = current.token else { throw mismatch("a field") }
                at += 1
                measure.among.append(try condition(name, column))
                try checkCount(measure.among, column)
            } while takes(.sign(",")) || takes(.word("and"))
        }
        try sign(")")
        guard takes(.word("over")) else {
            throw mismatch("\"over\" and a duration, such as over 7d")
        }
        measure.places.window = current.column
        guard case .duration(let seconds) = current.token else {
            throw mismatch("a duration, such as 15m, 6h or 7d")
        }
        guard Measure.windows.contains(seconds) else {
            throw PredicateFault.fault(
                "a window is 10 seconds to 366 days long, found \(Measure.text(of: seconds))",
                column: current.column,
                pointer: pointer
            )
        }
        at += 1
        measure.windowSeconds = seconds
        return measure
    }

    private func checkCount(_ conditions: [Condition], _ column: Int) throws(GeneralFault) {
        guard conditions.count <= Self.mostConditions else {
            throw PredicateFault.fault(
                "there are at most \(Self.mostConditions) conditions",
                column: column,
                pointer: pointer
            )
        }
    }

    private mutating func condition(
        _ field: String,
        _ column: Int
    ) throws(GeneralFault) -> Condition {
        var condition = Condition(field, .equal, [])
        condition.column = column
        if takes(.word("in")) {
            condition.comparison = .among
            try sign("(")
            condition.valueColumn = current.column
            repeat {
                guard condition.values.count < Self.mostValues else {
                    throw mismatch("at most \(Self.mostValues) values")
                }
                condition.values.append(try value())
            } while takes(.sign(","))
            try sign(")")
            return condition
        }
        guard case .sign(let text) = current.token,
            let comparison = Condition.Comparison(rawValue: text)
        else { throw mismatch("=, !=, <, <=, >, >= or in after \"\(field.prefix(60))\"") }
        at += 1
        condition.comparison = comparison
        condition.valueColumn = current.column
        condition.values = [try value()]
        return condition
    }

    private mutating func value() throws(GeneralFault) -> Condition.Value {
        defer { at += 1 }
        switch current.token {
        case .word("true"): return .flag(true)
        case .word("false"): return .flag(false)
        case .word(let word): return .text(word)
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        default: throw mismatch("a value: true, false, a number, a word or a text in quotes")
        }
    }
}

extension Predicate {
    /// Reads the text form.
    ///
    /// - Parameters:
    ///   - text: for instance `share(logistics.orders, on_time = true) over 7d >= 0.95`.
    ///   - pointer: where the text stands in the input.
    /// - Throws: a fault of code `invalid-predicate` whose details have the column.
    public init(_ text: String, pointer: String = "/predicate") throws(GeneralFault) {
        var parser = try PredicateParser(text, pointer: pointer)
        self = try parser.predicate()
    }
}
