import Core

extension JSONataLibrary {
    /// Makes the digest of bytes; the algorithm is `MD5`, `SHA-1`, `SHA-256`, `SHA-384` or `SHA-512`.
    public typealias Digest = @Sendable (_ algorithm: String, _ bytes: [UInt8]) -> [UInt8]

    private static let digestAlgorithms: Set = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"]

    /// The functions that expressions of the States Language have: `$partition`, `$range`, `$hash`, `$random`
    /// with a seed, `$uuid` and `$parse` besides those of JSONata, and no `$eval`.
    ///
    /// See docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html.
    public static func statesLanguage(digest: @escaping Digest) -> JSONataLibrary {
        JSONataLibrary.standard.removing("eval").adding(
            NativeFunction("partition", "<an:a>", 2) { call, given throws(Failure) in
                try partition(call, given)
            },
            NativeFunction("range", "<nnn?:a>", 3) { call, given throws(Failure) in
                try range(call, given)
            },
            NativeFunction("hash", "<ss:s>", 2) { call, given throws(Failure) in
                guard let text = given[0].text else { return .undefined }
                guard let algorithm = given[1].text, digestAlgorithms.contains(algorithm) else {
                    throw unfit(given[1], index: 2)
                }
                let bytes = Array(Text.exported(text).utf8)
                try call.evaluator.charge(text: bytes.count)
                return .string(hexadecimal(digest(algorithm, bytes)))
            },
            NativeFunction("random", "<n?:n>", 1) { call, given throws(Failure) in
                guard let seed = given[0].double else {
                    return .number(call.evaluator.environment.random.unit())
                }
                return .number(SeededRandom(seed: seed.bitPattern).unit())
            },
            NativeFunction("uuid", "<:s>", 0) { call, _ in
                let random = call.evaluator.environment.random
                // Version 4 (RFC 9562 section 5.4).
                let high = random.next() & ~0xF000 | 0x4000
                let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
                return .string(ID<JSONataExpression>(high: high, low: low).description)
            },
            NativeFunction("parse", "<s:x>", 1) { call, given throws(Failure) in
                guard let text = given[0].text else { return .undefined }
                try call.evaluator.charge(text: text.utf8.count * 4)
                let limits = JSON.Limits(
                    depth: call.evaluator.limits.nesting,
                    allowsRepeatedKeys: true
                )
                do throws(JSONSyntaxError) {
                    return Value(try JSON(parsing: Text.exported(text), limits: limits))
                } catch {
                    throw Failure("D3150", inserts: ["reason": .string(error.description)])
                }
            }
        )
    }

    private static func unfit(_ value: Value, index: Int) -> Failure {
        Failure("T0410", value: value.forMessage, inserts: ["index": .int(index)])
    }

    private static func partition(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard case .array(let array) = given[0] else { return .undefined }
        guard let size = given[1].double, size >= 1, size == size.rounded(), size < 1e9 else {
            throw unfit(given[1], index: 2)
        }
        try call.evaluator.charge(elements: array.count * 2)
        let items = array.items
        let result = ArrayValue()
        for start in stride(from: 0, to: items.count, by: Int(size)) {
            let end = min(start + Int(size), items.count)
            result.append(.array(ArrayValue(Array(items[start..<end]))))
        }
        return .array(result)
    }

    private static func range(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        for index in 0...2 {
            guard let number = given[index].double else { continue }
            guard number == number.rounded(), number.magnitude <= 9_007_199_254_740_992 else {
                throw unfit(given[index], index: index + 1)
            }
        }
        guard let first = given[0].double, let last = given[1].double else { return .undefined }
        let step = given[2].double ?? 1
        guard step != 0 else { throw unfit(given[2], index: 3) }
        let count = ((last - first) / step).rounded(.down) + 1
        guard count > 0 else { return .array(ArrayValue()) }
        guard count <= 1e7 else { throw Failure("D2014", value: .double(count)) }
        try call.evaluator.charge(elements: Int(count))
        return .array(ArrayValue((0..<Int(count)).map { .number(first + Double($0) * step) }))
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}
