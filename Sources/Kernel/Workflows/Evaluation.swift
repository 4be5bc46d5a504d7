import Core

/// The variables that a state can see, innermost scope first.
struct Variables: Sendable {
    var scopes: [JSONObject] = []

    subscript(name: String) -> JSON? {
        for scope in scopes {
            if let value = scope[name] { return value }
        }
        return nil
    }
}

/// What expressions are evaluated against.
struct Evaluation {
    /// What `$` stands for.
    var input: JSON
    /// What `$$` stands for.
    var context: JSON
    /// What `$name` stands for.
    var variables = Variables()
    var random: any RandomSource
    var now = Timestamp(microseconds: 0)
    /// `$states.input` of JSONata: the state's input as it came.
    var raw: JSON?
    /// `$states.result`, once there is one.
    var result: JSON?
    /// `$states.errorOutput`, in a catcher.
    var errorOutput: JSON?

    /// What a path finds, nil when it is definite and finds nothing.
    func find(_ path: JSONPath) -> JSON? {
        switch path.root {
        case .context: path.find(in: context)
        case .variable(let name): variables[name].flatMap { path.find(in: $0) }
        case .input, .current: path.find(in: input)
        }
    }

    /// The reserved variable `$states`.
    func states(withContext: Bool) -> JSON {
        var states = JSONObject([("input", raw ?? input)])
        if withContext { states["context"] = context }
        if let result { states["result"] = result }
        if let errorOutput { states["errorOutput"] = errorOutput }
        return .object(states)
    }

    func value(of expression: PathExpression, field: String) throws(StateError) -> JSON {
        switch expression {
        case .path(let path):
            guard let found = find(path) else {
                let searched = path.root == .context ? context : input
                throw .runtime(
                    "The JSONPath '\(path)' specified for the field '\(field)' could not be found"
                        + " in the input '\(searched.text())'"
                )
            }
            return found
        case .call(let call):
            return try value(of: call)
        }
    }

    func value(of template: PayloadTemplate, field: String = "") throws(StateError) -> JSON {
        switch template {
        case .constant(let value): return value
        case .expression(let expression): return try value(of: expression, field: field)
        case .query(let query): return try query.value(self)
        case .array(let elements):
            var values: [JSON] = []
            values.reserveCapacity(elements.count)
            for element in elements {
                values.append(try value(of: element, field: field))
            }
            return .array(values)
        case .object(let members):
            var object = JSONObject()
            for member in members {
                object[member.key] = try value(of: member.template, field: member.field)
            }
            return .object(object)
        }
    }
}

/// A payload template, with everything that needs no evaluation folded into constants.
indirect enum PayloadTemplate: Sendable {
    case constant(JSON)
    case object([Member])
    case array([PayloadTemplate])
    case expression(PathExpression)
    case query(Query)

    struct Member: Sendable {
        var key: String
        /// The name as it is written, `.$` included, for messages.
        var field: String
        var template: PayloadTemplate
    }

    var isConstant: Bool {
        if case .constant = self { true } else { false }
    }
}
