import Core

/// One token of an expression.
struct Token {
    enum Kind {
        case name, variable, operation, string, number, value, regex, end
    }

    let kind: Kind
    /// The text of a name, variable, operator or string.
    var text = ""
    /// The value of a number, `true`, `false` or `null`.
    var literal: JSON?
    var pattern: Pattern?
    let position: Int

    /// What the parser's rules are found by: the operator, or the class of token in parentheses.
    var id: String {
        switch kind {
        case .operation: text
        case .name, .variable: "(name)"
        case .string, .number, .value: "(literal)"
        case .regex: "(regex)"
        case .end: "(end)"
        }
    }

    /// The token as messages show it.
    var shown: JSON {
        switch kind {
        case .end: "(end)"
        case .number, .value: literal ?? .null
        case .regex: .string("/" + text + "/")
        case .name, .variable, .operation, .string: .string(Text.exported(text))
        }
    }
}
