import Core

extension NativeFunction {
    /// Functions of strings and patterns.
    static let matching: [NativeFunction] = [
        NativeFunction("match", "<s-f<s:o>n?:a<o>>", 3) { call, given throws(Failure) in
            try match(call, given)
        },
        NativeFunction("contains", "<s-(sf):b>", 2) { call, given throws(Failure) in
            guard let text = given[0].text, !given[1].isUndefined else { return .undefined }
            if let mark = given[1].text {
                return .bool(position(of: Array(mark.utf8), in: Array(text.utf8), from: 0) != nil)
            }
            var matcher = try Matcher(call, given[1], text)
            return .bool(try matcher.next() != nil)
        },
        NativeFunction("replace", "<s-(sf)(sf)n?:s>", 4) { call, given throws(Failure) in
            try replace(call, given)
        },
        NativeFunction("split", "<s-(sf)n?:a<s>>", 3) { call, given throws(Failure) in
            try split(call, given)
        },
    ]

    /// How many matches are wanted at most.
    private static func limit(_ value: Value, _ code: String, index: Int) throws(Failure) -> Double
    {
        guard let limit = value.double else { return .infinity }
        guard limit >= 0 else { throw Failure(code, of: value) }
        return limit
    }

    private static func match(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard let text = given[0].text else { return .undefined }
        let limit = try limit(given[2], "D3040", index: 3)
        let result = ArrayValue(isSequence: true)
        guard limit > 0 else { return .array(result) }
        var matcher = try Matcher(call, given[1], text)
        while Double(result.count) < limit, let found = try matcher.next() {
            let object = ObjectValue()
            object.set("match", found.match)
            if !found.start.isUndefined { object.set("index", found.start) }
            if !found.groups.isUndefined { object.set("groups", found.groups) }
            try call.evaluator.charge(elements: result.count)
            result.append(.object(object))
        }
        return .array(result)
    }

    private static func split(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard let text = given[0].text else { return .undefined }
        let limit = try limit(given[2], "D3020", index: 3)
        let result = ArrayValue()
        guard limit > 0 else { return .array(result) }
        if let separator = given[1].text {
            let parts =
                separator.isEmpty
                ? units(of: text) : pieces(of: text, by: separator)
            // JavaScript takes the whole part of the limit.
            let whole = limit.rounded(.down)
            try call.evaluator.charge(text: text.utf8.count * 4)
            try call.evaluator.charge(elements: parts.count)
            for part in parts where Double(result.count) < whole { result.append(.string(part)) }
            return .array(result)
        }
        if given[1].isUndefined { return .array(ArrayValue([given[0]])) }
        var matcher = try Matcher(call, given[1], text)
        var rest = 0
        while Double(result.count) < limit, let found = try matcher.next() {
            try call.evaluator.charge(elements: result.count)
            result.append(.string(matcher.substring(rest, found.startUnit)))
            rest = found.endUnit
        }
        if Double(result.count) < limit { result.append(.string(matcher.substring(rest, .max))) }
        return .array(result)
    }

    /// The code units of a text as texts.
    private static func units(of text: String) -> [String] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return text.utf8.map { String(Unicode.Scalar($0)) }
        }
        return Text.units(text).map { Text.string([$0]) }
    }

    static func pieces(of text: String, by separator: String) -> [String] {
        let (bytes, mark) = (Array(text.utf8), Array(separator.utf8))
        var parts: [String] = []
        var start = 0
        while let found = position(of: mark, in: bytes, from: start) {
            parts.append(String(decoding: bytes[start..<found], as: UTF8.self))
            start = found + mark.count
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    private static func replace(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard let text = given[0].text else { return .undefined }
        if let pattern = given[1].text, pattern.isEmpty { throw Failure("D3010", of: given[1]) }
        let limit = try limit(given[3], "D3011", index: 4)
        guard limit > 0 else { return given[0] }
        if let pattern = given[1].text {
            return try replace(call, text, pattern, by: given[2], limit: limit)
        }
        guard !given[1].isUndefined else { throw Failure("T0410", inserts: ["index": 2]) }
        var matcher = try Matcher(call, given[1], text)
        var result = ""
        var rest = 0
        var count = 0.0
        while count < limit, let found = try matcher.next() {
            result += matcher.substring(rest, found.startUnit)
            let replaced: Value
            if let template = given[2].text {
                replaced = .string(expanded(template, found))
            } else {
                replaced = try call.apply(given[2], found.object)
            }
            guard let replacement = replaced.text else { throw Failure("D3012", of: replaced) }
            result += replacement
            rest = found.startUnit + matcher.length(found.match.text ?? "")
            count += 1
            try call.evaluator.charge(text: result.utf8.count > 1 << 20 ? result.utf8.count : 0)
        }
        if count == 0 { return given[0] }
        result += matcher.substring(rest, .max)
        try call.evaluator.charge(text: result.utf8.count)
        return .string(result)
    }

    private static func replace(
        _ call: Invocation,
        _ text: String,
        _ pattern: String,
        by replacement: Value,
        limit: Double
    ) throws(Failure) -> Value {
        let (bytes, mark) = (Array(text.utf8), Array(pattern.utf8))
        var result: [UInt8] = []
        var start = 0
        var count = 0.0
        try call.evaluator.charge(text: bytes.count)
        while count < limit, let found = position(of: mark, in: bytes, from: start) {
            result += bytes[start..<found]
            if let plain = replacement.text {
                result += plain.utf8
            } else {
                let object = ObjectValue()
                object.set("match", .string(pattern))
                let unit = String(decoding: bytes[..<found], as: UTF8.self).utf16.count
                object.set("start", .number(Double(unit)))
                object.set("end", .number(Double(unit + pattern.utf16.count)))
                object.set("groups", .array(ArrayValue()))
                let replaced = try call.apply(replacement, .object(object))
                guard let plain = replaced.text else { throw Failure("D3012", of: replaced) }
                result += plain.utf8
            }
            start = found + mark.count
            count += 1
            guard result.count <= call.evaluator.limits.text else {
                throw call.evaluator.tooMuch("A string is too long")
            }
            try call.evaluator.charge()
        }
        result += bytes[start...]
        try call.evaluator.charge(text: result.count)
        return .string(String(decoding: result, as: UTF8.self))
    }

    /// The replacement with `$0`, `$1`… put in, read as the reference reads them.
    private static func expanded(_ template: String, _ found: Matcher.Found) -> String {
        guard template.utf8.contains(UInt8(ascii: "$")) else { return template }
        let groups = found.groups.array?.items ?? []
        let source = Array(template.utf8)
        var out: [UInt8] = []
        var at = 0
        let most = groups.isEmpty ? 1 : String(groups.count).utf8.count
        while at < source.count {
            guard source[at] == UInt8(ascii: "$") else {
                out.append(source[at])
                at += 1
                continue
            }
            at += 1
            let next = at < source.count ? source[at] : 0
            if next == UInt8(ascii: "$") {
                out.append(next)
                at += 1
            } else if next == UInt8(ascii: "0") {
                out += (found.match.text ?? "").utf8
                at += 1
            } else {
                var number = leadingNumber(source[at...].prefix(most))
                if most > 1, let index = number, index > groups.count {
                    number = leadingNumber(source[at...].prefix(most - 1))
                }
                guard let index = number else {
                    out.append(UInt8(ascii: "$"))
                    continue
                }
                if groups.indices.contains(index - 1), let group = groups[index - 1].text {
                    out += group.utf8
                }
                at += String(index).utf8.count
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func leadingNumber(_ bytes: some Collection<UInt8>) -> Int? {
        Int(String(decoding: bytes.prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }
}

extension Invocation {
    /// What a function makes of one argument.
    func apply(_ function: Value, _ argument: Value) throws(Failure) -> Value {
        try evaluator.apply(function, [argument], .null, frame)
    }
}
