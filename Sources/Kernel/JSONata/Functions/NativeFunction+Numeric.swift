import Core

#if canImport(Glibc)
    import Glibc
#endif

extension NativeFunction {
    private static func numbers(_ value: Value) -> [Double]? {
        value.array?.items.compactMap(\.double)
    }

    private static func mapped(_ given: Arguments, _ body: (Double) -> Double) -> Value {
        given[0].double.map { .number(body($0)) } ?? .undefined
    }

    /// Functions of numbers.
    static let numeric: [NativeFunction] = [
        NativeFunction("sum", "<a<n>:n>", 1) { _, given in
            numbers(given[0]).map { .number($0.reduce(0, +)) } ?? .undefined
        },
        NativeFunction("count", "<a:n>", 1) { _, given in
            .number(Double(given[0].array?.count ?? 0))
        },
        NativeFunction("max", "<a<n>:n>", 1) { _, given in
            numbers(given[0])?.max().map { .number($0) } ?? .undefined
        },
        NativeFunction("min", "<a<n>:n>", 1) { _, given in
            numbers(given[0])?.min().map { .number($0) } ?? .undefined
        },
        NativeFunction("average", "<a<n>:n>", 1) { _, given in
            guard let numbers = numbers(given[0]), !numbers.isEmpty else { return .undefined }
            return .number(numbers.reduce(0, +) / Double(numbers.count))
        },
        NativeFunction("number", "<(nsb)-:n>", 1) { _, given throws(Failure) in
            switch given[0] {
            case .undefined, .number, .exact: return given[0]
            case .bool(let flag): return .number(flag ? 1 : 0)
            case .string(let text):
                if let number = NumberText.parse(text) { return .number(number) }
            default: break
            }
            throw Failure("D3030", of: given[0])
        },
        NativeFunction("floor", "<n-:n>", 1) { _, given in mapped(given) { $0.rounded(.down) } },
        NativeFunction("ceil", "<n-:n>", 1) { _, given in mapped(given) { $0.rounded(.up) } },
        NativeFunction("abs", "<n-:n>", 1) { _, given in mapped(given) { abs($0) } },
        NativeFunction("round", "<n-n?:n>", 2) { _, given in
            mapped(given) { rounded($0, given[1].double ?? 0) }
        },
        NativeFunction("sqrt", "<n-:n>", 1) { _, given throws(Failure) in
            if let number = given[0].double, number < 0 { throw Failure("D3060", of: given[0]) }
            return mapped(given) { $0.squareRoot() }
        },
        NativeFunction("power", "<n-n:n>", 2) { _, given throws(Failure) in
            guard let base = given[0].double else { return .undefined }
            let exponent = given[1].double ?? .nan
            let result = pow(base, exponent)
            // C takes any power of one for one, JavaScript does not.
            guard result.isFinite, exponent.isFinite else {
                throw Failure(
                    "D3061",
                    value: given[0].forMessage,
                    inserts: ["exp": given[1].forMessage ?? .null]
                )
            }
            return .number(result)
        },
        NativeFunction("random", "<:n>", 0) { call, _ in
            .number(call.evaluator.environment.random.unit())
        },
    ]

    /// Rounds halves to even, at a decimal place; the place is moved in the text, which is exact.
    static func rounded(_ value: Double, _ precision: Double) -> Double {
        guard precision != 0 else { return roundedToEven(value) }
        guard precision == precision.rounded(), abs(precision) < 1_000 else { return .nan }
        let whole = roundedToEven(shifted(value, by: Int(precision)))
        let result = shifted(whole, by: -Int(precision))
        return result == 0 ? 0 : result
    }

    private static func roundedToEven(_ value: Double) -> Double {
        let result = value.rounded(.toNearestOrEven)
        return result == 0 ? 0 : result
    }

    private static func shifted(_ value: Double, by places: Int) -> Double {
        let parts = NumberText.string(value).split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1].drop { $0 == "+" }) ?? 0 : 0
        return Double("\(parts[0])e\(exponent + places)") ?? .nan
    }
}
