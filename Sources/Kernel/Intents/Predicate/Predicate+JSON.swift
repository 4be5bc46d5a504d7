public import Core

extension Predicate {
    /// The JSON form: `{"metric","function","field"?,"conditions"?,"where"?,"window","comparison","target"}`.
    public var json: JSON {
        var json: JSON = [
            "metric": .string(measure.source), "function": .string(measure.function.rawValue),
        ]
        if let field = measure.field { json["field"] = .string(field) }
        if !measure.conditions.isEmpty {
            json["conditions"] = .array(measure.conditions.map(\.json))
        }
        if !measure.among.isEmpty { json["where"] = .array(measure.among.map(\.json)) }
        json["window"] = .string(Measure.text(of: measure.windowSeconds))
        json["comparison"] = .string(comparison.rawValue)
        json["target"] = .double(target)
        return json
    }

    /// Reads either form: a text, or what ``json`` writes.
    ///
    /// - Throws: a fault that names the place: the member, or the column of the text.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        if let text = reader.value.string {
            try self.init(text, pointer: reader.pointer)
            return
        }
        guard reader.value.object != nil else {
            throw reader.fault(
                "expected a text such as \"share(logistics.orders, on_time = true) over 7d >= 0.95\", "
                    + "or an object",
                code: "invalid-predicate"
            )
        }
        try reader.onlyKeys([
            "metric", "function", "field", "conditions", "where", "window", "comparison", "target",
        ])
        let window = try reader.member("window")
        var measure = Measure(
            try reader.member("function").choice(),
            of: try Self.word(reader.member("metric")),
            windowSeconds: try Self.seconds(window)
        )
        if let field = try reader.optional("field") { measure.field = try Self.word(field) }
        if let conditions = try reader.optional("conditions") {
            measure.conditions = try Self.conditions(conditions)
        }
        if let among = try reader.optional("where") { measure.among = try Self.conditions(among) }
        let target = try reader.member("target").double()
        self.init(
            measure: measure,
            comparison: try reader.member("comparison").choice(),
            target: target
        )
    }

    private static func word(_ reader: JSONReader) throws(GeneralFault) -> String {
        let text = try reader.string(length: 1...200)
        guard PredicateLexer.isWord(text) else {
            throw reader.fault("expected a name of letters, digits and _ . : / -")
        }
        return text
    }

    private static func seconds(_ reader: JSONReader) throws(GeneralFault) -> Int {
        var seconds: Int?
        if case .number = reader.value { seconds = try reader.int() }
        if let text = reader.value.string, text.unicodeScalars.count <= 20,
            let tokens = try? PredicateLexer.tokens(text, pointer: reader.pointer),
            tokens.count == 2, case .duration(let found)? = tokens.first?.token
        {
            seconds = found
        }
        guard let seconds else {
            throw reader.fault("expected a duration such as \"15m\", \"6h\" or \"7d\", or seconds")
        }
        guard Measure.windows.contains(seconds) else {
            throw reader.fault("a window is 10 seconds to 366 days long")
        }
        return seconds
    }

    private static func conditions(_ reader: JSONReader) throws(GeneralFault) -> [Condition] {
        var conditions: [Condition] = []
        for element in try reader.array(count: 0...PredicateParser.mostConditions) {
            try element.onlyKeys(["field", "comparison", "value"])
            let comparison: Condition.Comparison =
                try element.optional("comparison")?.choice() ?? .equal
            let value = try element.member("value")
            var values: [Condition.Value] = []
            if comparison == .among {
                for one in try value.array(count: 1...PredicateParser.mostValues) {
                    values.append(try Self.value(one))
                }
            } else {
                values = [try Self.value(value)]
            }
            conditions.append(
                Condition(try word(element.member("field")), comparison, values)
            )
        }
        return conditions
    }

    private static func value(_ reader: JSONReader) throws(GeneralFault) -> Condition.Value {
        switch reader.value {
        case .bool(let flag): return .flag(flag)
        case .number: return .number(try reader.double())
        case .string: return .text(try reader.string(length: 0...200))
        default: throw reader.fault("expected true, false, a number or a text")
        }
    }
}

extension Condition {
    /// `{"field","comparison","value"}`.
    public var json: JSON {
        [
            "field": .string(field), "comparison": .string(comparison.rawValue),
            "value": comparison == .among
                ? .array(values.map(\.json)) : values.first?.json ?? .null,
        ]
    }
}
