import Core
import Store

/// The one SQL query that a measure of records comes to.
///
/// Every name in it is the program's; what people wrote is among its parameters.
struct RecordQuery: Sendable {
    let function: Measure.Function
    let sql: String
    let parameters: [SQLValue]

    init(
        _ measure: Measure,
        of source: RecordSource,
        _ organisation: ID<Organisation>,
        from: Timestamp,
        until: Timestamp
    ) {
        function = measure.function
        var parameters: [SQLValue] = []
        let columns: String
        switch measure.function {
        case .share:
            let good = Self.condition(measure.conditions, of: source, &parameters)
            columns = """
                CAST(count(*) AS DOUBLE PRECISION),
                CAST(coalesce(sum(CASE WHEN \(good) THEN 1 ELSE 0 END), 0) AS DOUBLE PRECISION)
                """
        case .average, .sum, .minimum, .maximum:
            let field = measure.field.flatMap { source.field($0)?.sql } ?? "0"
            let make =
                switch measure.function {
                case .average: "avg"
                case .sum: "sum"
                case .minimum: "min"
                default: "max"
                }
            columns = """
                CAST(count(\(field)) AS DOUBLE PRECISION),
                CAST(\(make)(\(field)) AS DOUBLE PRECISION)
                """
        case .count, .rate, .p50, .p99, .last:
            columns = """
                CAST(count(*) AS DOUBLE PRECISION), CAST(count(*) AS DOUBLE PRECISION)
                """
        }
        var conditions = ["\(source.organisation) = ?"]
        parameters.append(.id(organisation))
        conditions.append("(\(source.time)) > CAST(? AS BIGINT)")
        parameters.append(.time(from))
        conditions.append("(\(source.time)) <= CAST(? AS BIGINT)")
        parameters.append(.time(until))
        if !source.base.isEmpty { conditions.append("(\(source.base))") }
        let among = measure.function == .share ? measure.among : measure.conditions
        if !among.isEmpty {
            conditions.append(Self.condition(among, of: source, &parameters))
        }
        sql =
            "SELECT \(columns) FROM \(source.tables) WHERE "
            + conditions.joined(separator: " AND ")
        self.parameters = parameters
    }

    private static func condition(
        _ conditions: [Condition],
        of source: RecordSource,
        _ parameters: inout [SQLValue]
    ) -> String {
        conditions.map { condition in
            let field = source.field(condition.field)
            let marks = condition.values.map { value in
                switch value {
                case .flag(let flag):
                    parameters.append(.bool(flag))
                    return "CAST(? AS BIGINT)"
                case .number(let number):
                    parameters.append(.double(number))
                    return "CAST(? AS DOUBLE PRECISION)"
                case .text(let text):
                    parameters.append(.text(text))
                    return "CAST(? AS TEXT)"
                }
            }
            let left = "(\(field?.sql ?? "NULL"))"
            switch condition.comparison {
            case .among: return "\(left) IN (\(marks.joined(separator: ", ")))"
            case .different: return "\(left) <> \(marks.first ?? "NULL")"
            default: return "\(left) \(condition.comparison.rawValue) \(marks.first ?? "NULL")"
            }
        }.joined(separator: " AND ")
    }

    func run(windowSeconds: Int, in reader: any Reader) throws -> Measured {
        let found = try reader.first(sql, parameters) { row in
            (
                count: try row.double(0), value: row.isNull(1) ? nil : try row.double(1)
            )
        }
        let count = found?.count ?? 0
        let value = found?.value
        switch function {
        case .share:
            return Measured(
                value: count > 0 ? (value ?? 0) / count : nil,
                good: value ?? 0,
                total: count
            )
        case .count: return Measured(value: count, total: count)
        case .rate: return Measured(value: count / Double(windowSeconds), total: count)
        case .sum: return Measured(value: value ?? 0, total: count)
        default: return Measured(value: value, total: count)
        }
    }
}
