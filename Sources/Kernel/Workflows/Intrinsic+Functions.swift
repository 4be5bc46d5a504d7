import COpenSSL
import Core

extension Evaluation {
    /// The result of a call, or `States.IntrinsicFailure`.
    func value(of call: Intrinsic) throws(StateError) -> JSON {
        if call.function == .format { return try format(call) }
        var values: [JSON] = []
        for argument in call.arguments {
            values.append(try value(of: argument, in: call))
        }
        let arguments = Arguments(values: values, call: call)
        return switch call.function {
        case .format: .null
        case .array: .array(values)
        case .stringToJSON: try arguments.parsed()
        case .jsonToString: .string(values[0].text())
        case .arrayPartition: try arguments.partition()
        case .arrayContains: .bool(try arguments.array(0).contains(values[1]))
        case .arrayRange: try arguments.range()
        case .arrayGetItem: try arguments.item()
        case .arrayLength: .int(try arguments.array(0).count)
        case .arrayUnique: try arguments.unique()
        case .base64Encode: .string(Base64.encode(Array(try arguments.shortText(0).utf8)))
        case .base64Decode: try arguments.decoded()
        case .hash: try arguments.hash()
        case .jsonMerge: try arguments.merged()
        case .mathRandom: try arguments.randomNumber(random)
        case .mathAdd: try arguments.sum()
        case .stringSplit: try arguments.split()
        case .uuid: .string(random.uuid())
        }
    }

    private func value(
        of argument: Intrinsic.Argument,
        in call: Intrinsic
    ) throws(StateError) -> JSON {
        switch argument {
        case .literal(let value): return value
        case .text(let raw): return .string(unescaped(raw))
        case .call(let inner): return try value(of: inner)
        case .path(let path):
            guard let found = find(path) else {
                throw failure(call, "The JSONPath '\(path)' could not be found in the input")
            }
            return found
        }
    }

    private func format(_ call: Intrinsic) throws(StateError) -> JSON {
        var template: String
        if case .text(let raw) = call.arguments[0] {
            template = raw
        } else {
            let value = try value(of: call.arguments[0], in: call)
            guard let text = value.string else {
                throw failure(call, "The first argument must be a string")
            }
            template = text
        }
        var rest = call.arguments.dropFirst()
        var out = ""
        var characters = Array(template)[...]
        while let character = characters.popFirst() {
            switch character {
            case "\\":
                if let escaped = characters.popFirst() { out.append(escaped) }
            case "{":
                guard characters.popFirst() == "}", let argument = rest.popFirst() else {
                    throw failure(call, "Placeholders and arguments do not correspond")
                }
                let value = try value(of: argument, in: call)
                out += value.string ?? value.text()
            case "}":
                throw failure(call, "A '}' in the template must be escaped")
            default:
                out.append(character)
            }
        }
        guard rest.isEmpty else {
            throw failure(call, "Placeholders and arguments do not correspond")
        }
        return .string(out)
    }
}

extension RandomSource {
    /// A version 4 UUID (RFC 9562).
    func uuid() -> String {
        let high = next() & ~0xF000 | 0x4000
        let low = next() & ~(0b11 << 62) | (0b10 << 62)
        return ID<Evaluation>(high: high, low: low).description
    }
}

private func failure(_ call: Intrinsic, _ message: String) -> StateError {
    .here(
        StateError.Name.intrinsicFailure,
        "The function '\(call.text)' had the following error: \(message)"
    )
}

private func unescaped(_ raw: String) -> String {
    var out = ""
    var characters = Array(raw)[...]
    while let character = characters.popFirst() {
        if character == "\\", let escaped = characters.popFirst() {
            out.append(escaped)
        } else {
            out.append(character)
        }
    }
    return out
}

/// The evaluated arguments of one call, and the functions on them.
///
/// Limits are those AWS documents: 10,000 characters to encode, decode or hash, 1,000 elements in
/// a range.
private struct Arguments {
    let values: [JSON]
    let call: Intrinsic

    func failure(_ message: String) -> StateError { Workflows.failure(call, message) }

    func array(_ at: Int) throws(StateError) -> [JSON] {
        guard let array = values[at].array else {
            throw failure("Argument \(at + 1) must be an array")
        }
        return array
    }

    func string(_ at: Int) throws(StateError) -> String {
        guard let text = values[at].string else {
            throw failure("Argument \(at + 1) must be a string")
        }
        return text
    }

    func shortText(_ at: Int) throws(StateError) -> String {
        let text = try string(at)
        guard text.utf16.count <= 10_000 else {
            throw failure("Argument \(at + 1) is longer than 10,000 characters")
        }
        return text
    }

    /// A whole number; others are rounded to the nearest, as AWS does.
    func integer(_ at: Int) throws(StateError) -> Int {
        guard let number = values[at].double, abs(number) < 0x1p62 else {
            throw failure("Argument \(at + 1) must be a number")
        }
        return values[at].int ?? Int(number.rounded())
    }

    func parsed() throws(StateError) -> JSON {
        guard let value = try? JSON(parsing: try string(0)) else {
            throw failure("The string is not JSON")
        }
        return value
    }

    func partition() throws(StateError) -> JSON {
        let elements = try array(0)
        let size = try integer(1)
        guard size > 0 else { throw failure("The chunk size must be positive") }
        let starts = stride(from: 0, to: elements.count, by: size)
        return .array(
            starts.map { .array(Array(elements[$0..<$0 + min(size, elements.count - $0)])) }
        )
    }

    func range() throws(StateError) -> JSON {
        let (first, last, step) = (try integer(0), try integer(1), try integer(2))
        guard step != 0 else { throw failure("The step must not be zero") }
        let count = (last - first) / step + 1
        guard count <= 1_000 else { throw failure("The range has more than 1,000 elements") }
        return .array(stride(from: first, through: last, by: step).map { JSON.int($0) })
    }

    func item() throws(StateError) -> JSON {
        let elements = try array(0)
        let index = try integer(1)
        guard elements.indices.contains(index) else {
            throw failure("The index \(index) is out of range")
        }
        return elements[index]
    }

    func unique() throws(StateError) -> JSON {
        var seen: Set<JSON> = []
        return .array(try array(0).filter { seen.insert($0).inserted })
    }

    func decoded() throws(StateError) -> JSON {
        guard let bytes = Base64.decode(try shortText(0), ignoringSpareBits: true),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw failure("The string is not Base64 of a text") }
        return .string(text)
    }

    func hash() throws(StateError) -> JSON {
        let text = values[0].string ?? values[0].text()
        guard text.utf16.count <= 10_000 else {
            throw failure("Argument 1 is longer than 10,000 characters")
        }
        let algorithm = try string(1)
        guard ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"].contains(algorithm),
            let digest = digest(Array(text.utf8), algorithm)
        else {
            throw failure("The algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512")
        }
        return .string(hexadecimal(digest))
    }

    func merged() throws(StateError) -> JSON {
        guard var left = values[0].object, let right = values[1].object else {
            throw failure("The first two arguments must be objects")
        }
        guard values[2] == false else {
            throw failure("Only shallow merging is supported; the third argument must be false")
        }
        for member in right { left[member.key] = member.value }
        return .object(left)
    }

    func randomNumber(_ source: any RandomSource) throws(StateError) -> JSON {
        let (start, end) = (try integer(0), try integer(1))
        guard start < end else { throw failure("The start must be less than the end") }
        let unit =
            if values.count == 3 {
                SeededRandom(seed: UInt64(bitPattern: Int64(try integer(2)))).unit()
            } else {
                source.unit()
            }
        return .int(min(end - 1, start + Int(Double(end - start) * unit)))
    }

    func sum() throws(StateError) -> JSON {
        let (sum, overflow) = try integer(0).addingReportingOverflow(try integer(1))
        guard !overflow else { throw failure("The sum is out of range") }
        return .int(sum)
    }

    /// Every character of the second argument separates; empty pieces are dropped.
    func split() throws(StateError) -> JSON {
        let (text, separators) = (try string(0), Set(try string(1)))
        return .array(text.split { separators.contains($0) }.map { .string(String($0)) })
    }
}

func digest(_ bytes: [UInt8], _ algorithm: String) -> [UInt8]? {
    guard let method = EVP_get_digestbyname(algorithm.replacing("SHA-", with: "SHA")) else {
        return nil
    }
    var out = [UInt8](repeating: 0, count: 64)
    var length: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &out, &length, method, nil) == 1 else { return nil }
    return Array(out.prefix(Int(length)))
}
