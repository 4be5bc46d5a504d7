import Core

extension NativeFunction {
    /// Functions that encode and decode strings.
    static let encoding: [NativeFunction] = [
        NativeFunction("base64encode", "<s-:s>", 1) { call, given throws(Failure) in
            guard let text = given[0].text else { return .undefined }
            try call.evaluator.charge(text: text.utf8.count * 2)
            // The lower bytes of the code units, as the reference takes them.
            return .string(Base64.encode(Text.units(text).map { UInt8(truncatingIfNeeded: $0) }))
        },
        NativeFunction("base64decode", "<s-:s>", 1) { call, given throws(Failure) in
            guard let text = given[0].text else { return .undefined }
            try call.evaluator.charge(text: text.utf8.count)
            return .string(Text.string(decodedLeniently(text).map { UInt16($0) }))
        },
        NativeFunction("encodeUrlComponent", "<s-:s>", 1) { call, given throws(Failure) in
            try encoded(call, given, "encodeUrlComponent", keeping: unreserved)
        },
        NativeFunction("encodeUrl", "<s-:s>", 1) { call, given throws(Failure) in
            try encoded(call, given, "encodeUrl", keeping: unreserved.union(reserved))
        },
        NativeFunction("decodeUrlComponent", "<s-:s>", 1) { call, given throws(Failure) in
            try decoded(call, given, "decodeUrlComponent", keeping: [])
        },
        NativeFunction("decodeUrl", "<s-:s>", 1) { call, given throws(Failure) in
            try decoded(call, given, "decodeUrl", keeping: reserved)
        },
    ]

    /// What ECMAScript's encodeURIComponent leaves as it is.
    private static let unreserved = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()".utf8
    )
    /// What encodeURI leaves as it is besides.
    private static let reserved = Set(";/?:@&=+$,#".utf8)

    private static func malformed(_ name: String, _ text: String) -> Failure {
        Failure(
            "D3140",
            value: .string(Text.exported(text)),
            inserts: ["functionName": .string(name)]
        )
    }

    /// Base64 in either alphabet up to the padding; other characters are passed over.
    private static func decodedLeniently(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var held: UInt32 = 0
        var bits = 0
        for byte in text.utf8 {
            let value: UInt8
            switch byte {
            case 0x41...0x5A: value = byte - 0x41
            case 0x61...0x7A: value = byte - 0x61 + 26
            case 0x30...0x39: value = byte - 0x30 + 52
            case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
            case UInt8(ascii: "="): return bytes
            default: continue
            }
            held = held << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            }
        }
        return bytes
    }

    private static func encoded(
        _ call: Invocation,
        _ given: Arguments,
        _ name: String,
        keeping kept: Set<UInt8>
    ) throws(Failure) -> Value {
        guard let text = given[0].text else { return .undefined }
        guard !Text.hasHalves(text) else { throw malformed(name, text) }
        try call.evaluator.charge(text: text.utf8.count * 3)
        var out: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if kept.contains(byte) {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return .string(String(decoding: out, as: UTF8.self))
    }

    private static func decoded(
        _ call: Invocation,
        _ given: Arguments,
        _ name: String,
        keeping kept: Set<UInt8>
    ) throws(Failure) -> Value {
        guard let text = given[0].text else { return .undefined }
        try call.evaluator.charge(text: text.utf8.count)
        let source = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        func byte(_ index: Int) -> UInt8? {
            guard index + 2 < source.count, source[index] == UInt8(ascii: "%") else { return nil }
            let digits = String(decoding: source[(index + 1)...(index + 2)], as: UTF8.self)
            guard digits.utf8.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else {
                return nil
            }
            return UInt8(digits, radix: 16)
        }
        while at < source.count {
            guard source[at] == UInt8(ascii: "%") else {
                out.append(source[at])
                at += 1
                continue
            }
            guard let lead = byte(at) else { throw malformed(name, text) }
            if lead < 0x80 {
                out += kept.contains(lead) ? Array(source[at..<(at + 3)]) : [lead]
                at += 3
                continue
            }
            let count = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
            var bytes: [UInt8] = []
            for index in 0..<count {
                guard let next = byte(at + index * 3) else { throw malformed(name, text) }
                bytes.append(next)
            }
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw malformed(name, text)
            }
            out += bytes
            at += count * 3
        }
        return .string(String(decoding: out, as: UTF8.self))
    }
}
