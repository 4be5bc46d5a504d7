import Core

extension NativeFunction {
    /// A function of the library with the signature that the reference gives it.
    convenience init(
        _ name: String,
        _ signature: StaticString,
        _ arity: Int,
        parameters: Int? = nil,
        _ body: @escaping Body
    ) {
        self.init(
            name,
            Signature(known: signature),
            arity: arity,
            parameters: parameters,
            body: body
        )
    }

    /// Functions of strings.
    static let text: [NativeFunction] = [
        NativeFunction("string", "<x-b?:s>", 1, parameters: 2) { call, given throws(Failure) in
            let isPretty = try Evaluator.boolean(given[1]) ?? false
            return try ValueText.string(given[0], evaluator: call.evaluator, isPretty: isPretty)
                .map { .string($0) } ?? .undefined
        },
        NativeFunction("length", "<s-:n>", 1) { _, given in
            given[0].text.map { .number(Double($0.unicodeScalars.count)) } ?? .undefined
        },
        NativeFunction("substring", "<s-nn?:s>", 3) { _, given in substring(given) },
        NativeFunction("substringBefore", "<s-s:s>", 2) { _, given in
            guard let text = given[0].text, let mark = given[1].text else { return given[0] }
            guard let found = position(of: Array(mark.utf8), in: Array(text.utf8), from: 0) else {
                return given[0]
            }
            return .string(String(decoding: text.utf8.prefix(found), as: UTF8.self))
        },
        NativeFunction("substringAfter", "<s-s:s>", 2) { _, given in
            guard let text = given[0].text, let mark = given[1].text else { return given[0] }
            guard let found = position(of: Array(mark.utf8), in: Array(text.utf8), from: 0) else {
                return given[0]
            }
            let rest = text.utf8.dropFirst(found + mark.utf8.count)
            return .string(String(decoding: rest, as: UTF8.self))
        },
        NativeFunction("lowercase", "<s-:s>", 1) { _, given in
            given[0].text.map { .string(changed($0, from: 0x41) ?? $0.lowercased()) } ?? .undefined
        },
        NativeFunction("uppercase", "<s-:s>", 1) { _, given in
            given[0].text.map { .string(changed($0, from: 0x61) ?? $0.uppercased()) } ?? .undefined
        },
        NativeFunction("trim", "<s-:s>", 1) { _, given in
            given[0].text.map { .string(trimmed($0)) } ?? .undefined
        },
        NativeFunction("pad", "<s-ns?:s>", 3) { call, given throws(Failure) in
            try padded(call, given)
        },
        NativeFunction("join", "<a<s>s?:s>", 2) { call, given throws(Failure) in
            try joined(call, given)
        },
    ]

    /// An ASCII text with the letters from `A` or `a` up in the other case; nil for any other text.
    private static func changed(_ text: String, from first: UInt8) -> String? {
        var bytes = Array(text.utf8)
        for at in bytes.indices {
            if bytes[at] >= 0x80 { return nil }
            if bytes[at] >= first, bytes[at] < first + 26 { bytes[at] ^= 0x20 }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where bytes are found at or after a place.
    static func position(of mark: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        guard let first = mark.first else { return start <= text.count ? start : nil }
        guard text.count - start >= mark.count else { return nil }
        if mark.count > 16 { return position(ofLong: mark, in: text, from: start) }
        var at = start
        while at <= text.count - mark.count {
            if text[at] == first, text[at..<(at + mark.count)].elementsEqual(mark) { return at }
            at += 1
        }
        return nil
    }

    /// The same by Knuth, Morris and Pratt, whose time does not grow with what is looked for.
    private static func position(ofLong mark: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        var borders = [Int](repeating: 0, count: mark.count)
        var length = 0
        for at in 1..<mark.count {
            while length > 0, mark[at] != mark[length] { length = borders[length - 1] }
            if mark[at] == mark[length] { length += 1 }
            borders[at] = length
        }
        length = 0
        for at in start..<text.count {
            while length > 0, text[at] != mark[length] { length = borders[length - 1] }
            if text[at] == mark[length] { length += 1 }
            if length == mark.count { return at - length + 1 }
        }
        return nil
    }

    /// As JavaScript's slice of the code points, with the reference's bounds.
    private static func substring(_ given: Arguments) -> Value {
        guard let text = given[0].text else { return .undefined }
        let scalars = text.unicodeScalars
        let count = Double(scalars.count)
        var start = given[1].double ?? 0
        if count + start < 0 { start = 0 }
        func index(_ value: Double) -> Int {
            let whole = value.isNaN ? 0 : value.rounded(.towardZero)
            return Int(whole < 0 ? max(count + whole, 0) : min(whole, count))
        }
        var end = Int(count)
        if let length = given[2].double {
            if length <= 0 { return .string("") }
            end = index(start >= 0 ? start + length : count + start + length)
        }
        let begin = index(start)
        guard begin < end else { return .string("") }
        let lower = scalars.index(scalars.startIndex, offsetBy: begin)
        let upper = scalars.index(lower, offsetBy: end - begin)
        return .string(String(scalars[lower..<upper]))
    }

    /// Runs of space become one, those at the ends none.
    private static func trimmed(_ text: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            let isSpace = byte == 0x20 || byte == 9 || byte == 10 || byte == 13
            if !isSpace {
                out.append(byte)
            } else if let last = out.last, last != 0x20 {
                out.append(0x20)
            }
        }
        if out.last == 0x20 { out.removeLast() }
        return String(decoding: out, as: UTF8.self)
    }

    private static func padded(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard let text = given[0].text else { return .undefined }
        guard let wished = given[1].double?.rounded(.towardZero) else { return given[0] }
        let count = text.unicodeScalars.count
        guard abs(wished) > Double(count) else { return given[0] }
        guard abs(wished) <= Double(call.evaluator.limits.text) else {
            throw call.evaluator.tooMuch("A string is too long")
        }
        var fill = Array((given[2].text ?? " ").unicodeScalars)
        if fill.isEmpty { fill = [" "] }
        let missing = Int(abs(wished)) - count
        try call.evaluator.charge(text: missing * 4)
        var padding = String.UnicodeScalarView()
        for at in 0..<missing { padding.append(fill[at % fill.count]) }
        return .string(wished > 0 ? text + String(padding) : String(padding) + text)
    }

    private static func joined(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard case .array(let parts) = given[0] else { return .undefined }
        let separator = given[1].text ?? ""
        let texts = parts.items.map { $0.text ?? "" }
        let size = texts.reduce(separator.utf8.count * texts.count) { $0 + $1.utf8.count }
        try call.evaluator.charge(text: size)
        let result = texts.joined(separator: separator)
        guard Text.hasHalves(result) else { return .string(result) }
        return .string(Text.string(Text.units(result)))
    }
}
