public import Core
import Observability
import Series

/// A predicate whose names were looked up and whose parts fit together.
public struct CompiledPredicate: Sendable {
    /// What it was made of.
    public let predicate: Predicate
    let source: Source

    /// What is measured, typed.
    enum Source: Sendable {
        case records(RecordSource)
        case metric(String, MetricStatistic, labels: [String: String])
        case series(String, match: LabelMatch, SeriesShare)
    }

    /// Looks up and checks a predicate.
    ///
    /// - Parameters:
    ///   - predicate: what was read.
    ///   - catalogue: what there is.
    ///   - pointer: where the predicate stands in the input.
    ///   - hasText: whether it was a text, so that columns mean something.
    /// - Throws: a fault of code `unknown-metric` with the nearest names, or `invalid-predicate`.
    public init(
        _ predicate: Predicate,
        in catalogue: MeasureCatalogue,
        pointer: String = "/predicate",
        hasText: Bool = true
    ) throws(GeneralFault) {
        self.predicate = predicate
        let measure = predicate.measure
        let check = PredicateCheck(measure: measure, pointer: pointer, hasText: hasText)
        guard let found = catalogue.find(measure.source) else {
            let near = catalogue.nearest(to: measure.source)
            throw PredicateFault.fault(
                "there is no metric \"\(measure.source.prefix(120))\""
                    + (near.isEmpty
                        ? "; known records are "
                            + catalogue.records.map(\.name).joined(separator: ", ")
                        : "; did you mean \(near.joined(separator: ", "))?"),
                code: "unknown-metric",
                column: hasText ? measure.places.source : nil,
                pointer: check.place("metric"),
                nearest: near
            )
        }
        switch found {
        case .records(let records):
            try check.records(records)
            source = .records(records)
        case .metric(let definition):
            source = try check.metric(definition)
        case .series(let name):
            source = try check.series(name)
        }
        try check.target(predicate)
    }
}

/// The rules by which a measure's parts fit its source.
struct PredicateCheck {
    let measure: Measure
    let pointer: String
    let hasText: Bool

    /// The pointer of a member in the JSON form; the text's own in the other.
    func place(_ member: String) -> String { hasText ? pointer : "\(pointer)/\(member)" }

    private func fault(
        _ message: String,
        _ column: Int,
        _ member: String,
        nearest: [String] = []
    ) -> GeneralFault {
        PredicateFault.fault(
            message,
            column: hasText ? column : nil,
            pointer: place(member),
            nearest: nearest
        )
    }

    func records(_ source: RecordSource) throws(GeneralFault) {
        switch measure.function {
        case .share:
            guard !measure.conditions.isEmpty else {
                throw fault(
                    "share needs a condition that the good ones fulfil, such as "
                        + "\(source.fields.first?.name ?? "field") = …",
                    measure.places.function,
                    "conditions"
                )
            }
            try noField()
        case .count, .rate: try noField()
        case .average, .sum, .minimum, .maximum:
            let numbers = source.fields.filter { $0.kind == .number }.map(\.name)
            guard let name = measure.field else {
                throw fault(
                    "\(measure.function.rawValue) needs a field of numbers: "
                        + (numbers.isEmpty
                            ? "\(source.name) has none" : numbers.joined(separator: ", ")),
                    measure.places.source,
                    "field"
                )
            }
            let field = try field(name, of: source, measure.places.field, "field")
            guard field.kind == .number else {
                throw fault(
                    "\(name) is a \(field.kind.rawValue), expected a number: "
                        + numbers.joined(separator: ", "),
                    measure.places.field,
                    "field"
                )
            }
        case .p50, .p99, .last:
            throw fault(
                "\(measure.function.rawValue) cannot be made of records; expected share, count, avg, "
                    + "sum, min, max or rate",
                measure.places.function,
                "function"
            )
        }
        try amongOnlyForShare()
        for (index, condition) in measure.conditions.enumerated() {
            try self.condition(condition, of: source, "conditions/\(index)")
        }
        for (index, condition) in measure.among.enumerated() {
            try self.condition(condition, of: source, "where/\(index)")
        }
    }

    private func noField() throws(GeneralFault) {
        guard let field = measure.field else { return }
        throw fault(
            "\(measure.function.rawValue) takes no field; \"\(field.prefix(60))\" needs a comparison",
            measure.places.field,
            "field"
        )
    }

    private func amongOnlyForShare() throws(GeneralFault) {
        guard measure.function != .share, let first = measure.among.first else { return }
        throw fault(
            "where belongs to share; \(measure.function.rawValue) takes its conditions after a comma",
            first.column,
            "where"
        )
    }

    private func field(
        _ name: String,
        of source: RecordSource,
        _ column: Int,
        _ member: String
    ) throws(GeneralFault) -> RecordSource.Field {
        guard let field = source.field(name) else {
            let names = source.fields.map(\.name)
            let near = nearest(to: name, among: names).map { [$0] } ?? names
            throw fault(
                "\(source.name) has no field \"\(name.prefix(60))\"; "
                    + (near.count == 1
                        ? "did you mean \(near[0])?" : "it has " + names.joined(separator: ", ")),
                column,
                member,
                nearest: near
            )
        }
        return field
    }

    private func condition(
        _ condition: Condition,
        of source: RecordSource,
        _ member: String
    ) throws(GeneralFault) {
        let field = try field(condition.field, of: source, condition.column, "\(member)/field")
        let orders: Set<Condition.Comparison> = [.less, .atMost, .greater, .atLeast]
        if field.kind != .number, orders.contains(condition.comparison) {
            throw fault(
                "\(field.name) is a \(field.kind.rawValue) and can be compared by =, != and in",
                condition.column,
                "\(member)/comparison"
            )
        }
        for value in condition.values {
            let expected: String?
            switch (field.kind, value) {
            case (.flag, .flag), (.number, .number): expected = nil
            case (.text, .text(let text)):
                expected =
                    field.values.isEmpty || field.values.contains(text)
                    ? nil : "one of " + field.values.joined(separator: ", ")
            case (.flag, _): expected = "true or false"
            case (.number, _): expected = "a number"
            case (.text, _): expected = "a text"
            }
            if let expected {
                throw fault(
                    "\(field.name) is compared with \(value), expected \(expected)",
                    condition.valueColumn,
                    "\(member)/value"
                )
            }
        }
    }

    func metric(_ definition: MetricDefinition) throws(GeneralFault) -> CompiledPredicate.Source {
        let fitting = Measure.Function.allCases.filter {
            $0.statistic.map { $0.fits(definition.kind) } ?? false
        }
        guard let statistic = measure.function.statistic, statistic.fits(definition.kind) else {
            throw fault(
                "\(measure.function.rawValue) cannot be made of a \(definition.kind.rawValue); expected "
                    + fitting.map(\.rawValue).joined(separator: ", "),
                measure.places.function,
                "function"
            )
        }
        if let field = measure.field {
            throw fault(
                "a metric has one value; \"\(field.prefix(60))\" needs a comparison",
                measure.places.field,
                "field"
            )
        }
        if let first = measure.among.first, measure.function != .share {
            throw fault("where belongs to share of records", first.column, "where")
        }
        if let first = measure.among.first {
            throw fault(
                "of a metric, share is among those alike in all labels but outcome and status; where "
                    + "cannot be said",
                first.column,
                "where"
            )
        }
        if measure.function == .share, measure.conditions.isEmpty {
            throw fault(
                "share needs a label that the good ones have",
                measure.places.function,
                "conditions"
            )
        }
        var labels: [String: String] = [:]
        for (index, condition) in measure.conditions.enumerated() {
            guard definition.labels.contains(condition.field) else {
                throw fault(
                    "\(definition.name) has no label \"\(condition.field.prefix(60))\"; it has "
                        + (definition.labels.isEmpty
                            ? "none" : definition.labels.joined(separator: ", ")),
                    condition.column,
                    "conditions/\(index)/field",
                    nearest: definition.labels
                )
            }
            guard condition.comparison == .equal, case .text(let text)? = condition.values.first
            else {
                throw fault(
                    "labels are compared by = with a text, which may end in * for all that begin so",
                    condition.valueColumn,
                    "conditions/\(index)"
                )
            }
            labels[condition.field] = text
        }
        return .metric(definition.name, statistic, labels: labels)
    }

    func series(_ name: String) throws(GeneralFault) -> CompiledPredicate.Source {
        if [.p50, .p99].contains(measure.function) {
            throw fault(
                "\(measure.function.rawValue) cannot be made of a series; expected share, count, avg, "
                    + "sum, min, max, rate or last",
                measure.places.function,
                "function"
            )
        }
        if let field = measure.field, field != "value" {
            throw fault(
                "a series has the field value, found \"\(field.prefix(60))\"",
                measure.places.field,
                "field"
            )
        }
        try amongOnlyForShare()
        var pairs: [String] = []
        var share = SeriesShare()
        let all =
            measure.conditions.enumerated().map { ($1, "conditions/\($0)", \SeriesShare.good) }
            + measure.among.enumerated().map { ($1, "where/\($0)", \SeriesShare.among) }
        for (condition, member, list) in all {
            if condition.field == "value" {
                guard measure.function == .share,
                    case .number? = condition.values.first, condition.comparison != .among
                else {
                    throw fault(
                        "conditions on value are numbers, and for share only",
                        condition.column,
                        member
                    )
                }
                share[keyPath: list].append(condition)
                continue
            }
            guard [.equal, .different].contains(condition.comparison),
                case .text(let text)? = condition.values.first
            else {
                throw fault(
                    "labels are compared by = and != with a text",
                    condition.valueColumn,
                    member
                )
            }
            pairs.append(
                "\(Self.escaped(condition.field))\(condition.comparison.rawValue)\(Self.escaped(text))"
            )
        }
        if measure.function == .share, share.good.isEmpty {
            throw fault(
                "share of a series needs a condition on value, such as value <= 80",
                measure.places.function,
                "conditions"
            )
        }
        do {
            return .series(name, match: try LabelMatch(pairs.joined(separator: ",")), share)
        } catch {
            throw fault("\(error)", measure.places.source, "conditions")
        }
    }

    /// A comma or a backslash of a label is no sign of the match's own.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if character == "," || character == "\\" || character == "=" { escaped += "\\" }
            escaped.append(character)
        }
    }

    func target(_ predicate: Predicate) throws(GeneralFault) {
        guard measure.function == .share else { return }
        guard (0...1).contains(predicate.target) else {
            throw GeneralFault(
                .invalid,
                code: "invalid-predicate",
                "a share lies between 0 and 1 (or is written as 95%), found "
                    + JSON.double(predicate.target).text(),
                pointer: place("target")
            )
        }
    }
}
