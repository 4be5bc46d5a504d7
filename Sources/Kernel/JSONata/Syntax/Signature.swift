/// What a function takes: the types of its parameters, as `<s-nn?:s>` says them.
struct Signature: Sendable {
    /// Why a text is not a signature.
    struct Problem: Error {
        let code: String
        let value: String
        let offset: Int
    }

    /// How often a parameter comes.
    enum Count: Sendable {
        case once
        case optional(isReluctant: Bool)
        case several(isReluctant: Bool)
    }

    /// One parameter.
    struct Parameter: Sendable {
        /// The symbols of arguments that fit, `m` for a missing one.
        var symbols: Set<UInt8> = []
        /// `a`, `f`, `s`… or a choice in parentheses.
        var type = ""
        var subtype: String?
        /// Whether the context stands in when there is no argument.
        var usesContext = false
        var count = Count.once
        var isArray: Bool { mask == Self.arrayMask && type == "a" }
        /// The symbols as bits, from `a` up.
        var mask: UInt32 = 0
        private static let arrayMask = bits("asnblfom".utf8)

        init(symbols: Set<UInt8>, type: String) {
            self.symbols = symbols
            self.type = type
            mask = Self.bits(symbols)
        }

        private static func bits(_ symbols: some Sequence<UInt8>) -> UInt32 {
            symbols.reduce(0) { bits, symbol in
                (0x61...0x7A).contains(symbol) ? bits | 1 << UInt32(symbol - 0x61) : bits
            }
        }
    }

    /// Whether no parameter takes several arguments or as few as it can.
    private(set) var isSimple = true

    var parameters: [Parameter] = []

    /// Reads a signature in its angle brackets.
    init(_ text: String) throws(Problem) {
        let symbols = Array(text.utf16).map { Unicode.Scalar($0) ?? "\u{FFFD}" }
        var at = 1
        scan: while at < symbols.count {
            switch symbols[at] {
            case ":": break scan
            case "s", "n", "b", "l", "o": add(symbols[at], "\(symbols[at])m")
            case "a", "x": add(symbols[at], "asnblfom")
            case "f": add("f", "f")
            case "j": add("j", "asnblom")
            case "-":
                change { parameter in
                    parameter.usesContext = true
                    parameter.count = .optional(isReluctant: false)
                }
            case "?":
                change { parameter in
                    parameter.count =
                        switch parameter.count {
                        case .once: .optional(isReluctant: false)
                        case .optional: .optional(isReluctant: true)
                        case .several: .several(isReluctant: true)
                        }
                }
            case "+": change { $0.count = .several(isReluctant: false) }
            case "(":
                let end = Self.closing(symbols, from: at, "(", ")")
                let choice = Self.text(symbols, at + 1, end)
                guard !choice.contains("<") else {
                    throw Problem(code: "S0402", value: choice, offset: at)
                }
                parameters.append(
                    Parameter(symbols: Set("\(choice)m".utf8), type: "(\(choice))")
                )
                at = end
            case "<":
                guard let last = parameters.last, last.type == "a" || last.type == "f" else {
                    throw Problem(code: "S0401", value: parameters.last?.type ?? "", offset: at)
                }
                let end = Self.closing(symbols, from: at, "<", ">")
                let subtype = Self.text(symbols, at + 1, end)
                change { $0.subtype = subtype }
                at = end
            default: break
            }
            at += 1
        }
        isSimple = parameters.allSatisfy { parameter in
            switch parameter.count {
            case .once, .optional(isReluctant: false): true
            default: false
            }
        }
    }

    /// A signature that the program itself wrote.
    init(known text: StaticString) {
        do throws(Problem) {
            self = try Signature(text.description)
        } catch {
            preconditionFailure("\(text) is no signature")
        }
    }

    private mutating func add(_ type: Unicode.Scalar, _ symbols: String) {
        parameters.append(Parameter(symbols: Set(symbols.utf8), type: String(type)))
    }

    private mutating func change(_ body: (inout Parameter) -> Void) {
        guard !parameters.isEmpty else { return }
        body(&parameters[parameters.count - 1])
    }

    private static func text(_ symbols: [Unicode.Scalar], _ start: Int, _ end: Int) -> String {
        var text = ""
        guard start < min(end, symbols.count) else { return text }
        for symbol in symbols[start..<min(end, symbols.count)] {
            text.unicodeScalars.append(symbol)
        }
        return text
    }

    /// Where what opens at `start` is closed, or the end.
    private static func closing(
        _ symbols: [Unicode.Scalar],
        from start: Int,
        _ opening: Unicode.Scalar,
        _ closing: Unicode.Scalar
    ) -> Int {
        var depth = 1
        var at = start + 1
        while at < symbols.count {
            if symbols[at] == closing {
                depth -= 1
                if depth == 0 { return at }
            } else if symbols[at] == opening {
                depth += 1
            }
            at += 1
        }
        return at
    }
}
