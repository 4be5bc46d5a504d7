import Core
import JSONata

/// The language that the expressions of a state are written in.
enum QueryLanguage: String, Sendable {
    case jsonPath = "JSONPath"
    case jsonata = "JSONata"
}

/// A JSONata expression in a field, `{% … %}`, compiled once when the definition is read.
struct Query: Sendable {
    /// What stands between the delimiters.
    let text: String
    /// Where it stands within its state, for instance `Output/items[0]`.
    let location: String
    /// The variables it looks at, `states` among them.
    let names: [String]
    /// Whether it may look at the context object.
    let usesContext: Bool
    private let expression: JSONataExpression

    /// Compiles the expression.
    init(_ text: String, at location: String) throws(JSONataError) {
        self.text = text
        self.location = location
        expression = try JSONataExpression(text, functions: Self.functions)
        names = expression.freeVariables.sorted()
        usesContext = names.contains("states") && Self.mayUseContext(text)
    }

    /// The functions of JSONata with those that AWS adds to it.
    private static let functions = JSONataLibrary.statesLanguage { algorithm, bytes in
        digest(bytes, algorithm) ?? []
    }

    /// What is made of a payload of 256 KiB needs far less; one expression must not hold a worker up.
    private static let limits = JSONataLimits(
        steps: 2_000_000,
        depth: 2_000,
        elements: 1_000_000,
        text: 4 << 20,
        time: .seconds(2)
    )

    /// The text between `{%` and `%}`, nil when there are no such delimiters.
    static func expression(in text: String) -> String? {
        guard text.hasPrefix("{%"), text.hasSuffix("%}"), text.utf8.count >= 4 else { return nil }
        let inner = text.dropFirst(2).dropLast(2)
        let start = inner.firstIndex { !$0.isWhitespace } ?? inner.endIndex
        let end = inner.lastIndex { !$0.isWhitespace }.map { inner.index(after: $0) } ?? start
        return String(inner[start..<end])
    }

    /// False only when every `$states` is followed by a member that is not the context.
    private static func mayUseContext(_ text: String) -> Bool {
        let others = [".input", ".result", ".errorOutput"]
        let after = text.components(separatedBy: "$states").dropFirst()
        return after.contains { rest in !others.contains { rest.hasPrefix($0) } }
    }

    /// Its value for what the evaluation holds.
    func value(_ evaluation: Evaluation) throws(StateError) -> JSON {
        var bindings: [String: JSON] = [:]
        for name in names {
            if name == "states" {
                bindings[name] = evaluation.states(withContext: usesContext)
            } else {
                bindings[name] = evaluation.variables[name]
            }
        }
        let environment = JSONataEnvironment(
            bindings: bindings,
            now: evaluation.now,
            random: evaluation.random,
            limits: Self.limits
        )
        let outcome: JSONataOutcome
        do throws(JSONataError) {
            outcome = try expression.outcome(nil, in: environment)
        } catch {
            // AWS has no code for what takes too long or too much.
            let reason = error.code == "U1001" ? ": " : ". \(error.code): "
            throw failure("threw an error during evaluation\(reason)\(error.message)")
        }
        switch outcome {
        case .value(let value): return value
        case .undefined: throw failure("returned nothing (undefined).")
        case .function: throw failure("returned an unsupported result type.")
        }
    }

    /// Says that the value is none of the wanted kind.
    func mismatch(_ value: JSON, expected: String) -> StateError {
        failure(
            "returned an unexpected result type. Expected '\(expected)', but was '\(value.kind)'"
                + " for value: \(value.text())"
        )
    }

    func failure(_ what: String) -> StateError {
        .query(
            "The JSONata expression '\(text)' specified for the field '\(location)' \(what)",
            location
        )
    }
}

extension String {
    /// The pieces between the occurrences of a separator.
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            pieces.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        pieces.append(rest)
        return pieces
    }
}
