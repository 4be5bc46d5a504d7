import Core

extension Signature {
    /// The arguments as the function takes them: the context for one that is missing, arrays for single values.
    func validated(_ arguments: [Value], context: Value) throws(Failure) -> [Value] {
        if fitsOneToOne(arguments) { return arguments }
        let symbols = arguments.map { Self.symbol($0) }
        var counts = [Int](repeating: 0, count: parameters.count)
        var failed: Set<Int> = []
        guard fits(symbols, from: 0, parameter: 0, &counts, &failed) else {
            throw mismatch(arguments, symbols)
        }
        var valid: [Value] = []
        valid.reserveCapacity(parameters.count)
        // As in the reference, an argument that an optional parameter left out is given to it all the same.
        var at = 0
        var matched = 0
        func argument(_ index: Int) -> Value {
            index < arguments.count ? arguments[index] : .undefined
        }
        for (index, parameter) in parameters.enumerated() {
            if counts[index] == 0 {
                guard parameter.usesContext else {
                    valid.append(argument(at))
                    at += 1
                    continue
                }
                guard parameter.symbols.contains(Self.symbol(context)) else {
                    throw Failure(
                        "T0411",
                        value: context.forMessage,
                        inserts: ["index": .int(at + 1)]
                    )
                }
                valid.append(context)
                continue
            }
            let run = symbols[matched..<(matched + counts[index])]
            matched += counts[index]
            for symbol in run {
                let value = argument(at)
                guard parameter.type == "a", symbol != UInt8(ascii: "m") else {
                    valid.append(value)
                    at += 1
                    continue
                }
                let isFitting =
                    try parameter.subtype.map { subtype throws(Failure) in
                        fits(value, symbol, subtype, isOnly: counts[index] == 1)
                    } ?? true
                guard isFitting else {
                    let type = Self.plurals[parameter.subtype ?? ""]
                    throw Failure(
                        "T0412",
                        value: value.forMessage,
                        inserts: ["index": .int(at + 1), "type": .optional(type)]
                    )
                }
                if case .array = value {
                    valid.append(value)
                } else {
                    valid.append(.array(ArrayValue([value])))
                }
                at += 1
            }
        }
        return valid
    }

    /// Whether each parameter takes one argument as it is, which is most often so.
    private func fitsOneToOne(_ arguments: [Value]) -> Bool {
        guard isSimple, arguments.count == parameters.count else { return false }
        for at in arguments.indices {
            let value = arguments[at]
            let symbol = Self.symbol(value)
            guard parameters[at].mask & 1 << UInt32(symbol - 0x61) != 0 else { return false }
            guard parameters[at].isArray, symbol != UInt8(ascii: "m") else { continue }
            guard case .array(let array) = value else { return false }
            guard let subtype = parameters[at].subtype, array.count > 0 else { continue }
            let expected = subtype.utf8.first
            guard array.items.allSatisfy({ Self.symbol($0) == expected }) else { return false }
        }
        return true
    }

    private static let plurals = [
        "a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects",
        "s": "strings",
    ]

    static func symbol(_ value: Value) -> UInt8 {
        switch value {
        case .undefined: UInt8(ascii: "m")
        case .null: UInt8(ascii: "l")
        case .bool: UInt8(ascii: "b")
        case .number, .exact: UInt8(ascii: "n")
        case .string: UInt8(ascii: "s")
        case .array: UInt8(ascii: "a")
        case .object, .tuple: UInt8(ascii: "o")
        case .function: UInt8(ascii: "f")
        }
    }

    /// Whether an argument of an array's type holds what it may.
    private func fits(_ value: Value, _ symbol: UInt8, _ subtype: String, isOnly: Bool) -> Bool {
        guard case .array(let array) = value else {
            return isOnly && subtype.utf8.elementsEqual([symbol])
        }
        guard array.count > 0 else { return true }
        let expected = subtype.utf8.first
        return array.items.allSatisfy { Self.symbol($0) == expected }
    }

    /// Matches arguments to parameters as a regular expression over their types would, with going back.
    private func fits(
        _ symbols: [UInt8],
        from at: Int,
        parameter index: Int,
        _ counts: inout [Int],
        _ failed: inout Set<Int>
    ) -> Bool {
        guard index < parameters.count else { return at == symbols.count }
        // What did not fit once is not tried again, so that no signature takes forever.
        let state = index * (symbols.count + 1) + at
        guard !failed.contains(state) else { return false }
        let parameter = parameters[index]
        let most: Int
        var run = 0
        let (least, isReluctant): (Int, Bool)
        switch parameter.count {
        case .once: (least, most, isReluctant) = (1, 1, false)
        case .optional(let reluctant): (least, most, isReluctant) = (0, 1, reluctant)
        case .several(let reluctant): (least, most, isReluctant) = (1, .max, reluctant)
        }
        while run < most, at + run < symbols.count, parameter.symbols.contains(symbols[at + run]) {
            run += 1
        }
        guard run >= least else { return false }
        let tries = Array(least...run)
        for count in isReluctant ? tries : tries.reversed() {
            counts[index] = count
            if fits(symbols, from: at + count, parameter: index + 1, &counts, &failed) {
                return true
            }
        }
        failed.insert(state)
        return false
    }

    /// Says which argument is the first that does not fit.
    private func mismatch(_ arguments: [Value], _ symbols: [UInt8]) -> Failure {
        var good = 0
        for count in 1...max(1, min(parameters.count, 40)) {
            guard let reached = prefixLength(symbols, parameters: count) else { break }
            good = reached
        }
        let value = good < arguments.count ? arguments[good] : .undefined
        return Failure("T0410", value: value.forMessage, inserts: ["index": .int(good + 1)])
    }

    /// How many arguments the first parameters take; nil when they do not fit.
    private func prefixLength(_ symbols: [UInt8], parameters count: Int) -> Int? {
        guard count <= parameters.count else { return nil }
        // The places that the parameters so far can reach, and of these the one that going back finds first.
        var tried: Set<Int> = []
        return longest(symbols, from: 0, parameter: 0, of: count, &tried)
    }

    private func longest(
        _ symbols: [UInt8],
        from at: Int,
        parameter index: Int,
        of total: Int,
        _ tried: inout Set<Int>
    ) -> Int? {
        guard index < total else { return at }
        guard tried.insert(index * (symbols.count + 1) + at).inserted else { return nil }
        let parameter = parameters[index]
        var run = 0
        let most: Int
        let least: Int
        switch parameter.count {
        case .once: (least, most) = (1, 1)
        case .optional: (least, most) = (0, 1)
        case .several: (least, most) = (1, .max)
        }
        while run < most, at + run < symbols.count, parameter.symbols.contains(symbols[at + run]) {
            run += 1
        }
        guard run >= least else { return nil }
        for count in (least...run).reversed() {
            if let end = longest(
                symbols,
                from: at + count,
                parameter: index + 1,
                of: total,
                &tried
            ) {
                return end
            }
        }
        return nil
    }
}
