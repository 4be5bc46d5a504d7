// Feeds what libFuzzer makes up to the request parser: whole, and split at places that the input itself
// chooses. Both must say the same, and what is taken must keep the rules that smuggling lives on.

/// What the parser says of a stream, in one string that can be compared.
struct FuzzTranscript {
    private var parser = RequestParser(limits: RequestParser.Limits(head: 4 << 10, fields: 20))
    private var said: [UInt8] = []
    private var body: [UInt8] = []
    private var isBroken = false

    /// The largest body: small, so that the limit is met too.
    private static let bodyLimit = 300

    mutating func feed(_ input: Span<UInt8>) {
        var at = 0
        while !isBroken {
            do throws(HTTPFault) {
                guard let event = try parser.next(input, &at) else {
                    check(at == input.count, "the parser wants more and leaves something")
                    return
                }
                switch event {
                case .head(let head): tell(head)
                case .body(let range):
                    check(!range.isEmpty, "an empty part of a body")
                    for index in range { body.append(input[index]) }
                    check(body.count <= Self.bodyLimit, "a body beyond its limit")
                case .end:
                    say("body \(body.count) ")
                    said += body
                    body = []
                }
            } catch {
                say("fault \(error.status.rawValue) \(error.message)")
                isBroken = true
            }
        }
    }

    private mutating func tell(_ head: RequestHead) {
        parser.bodyLimit = Self.bodyLimit
        var headers = Headers()
        parser.takeHeaders(&headers)
        say("\(head.method.rawValue) 1.\(head.minorVersion) \(head.framing) \(head.keepsAlive) ")
        say("\(head.expectsContinue) ")
        said += headers.bytes[head.target]
        var framings = 0
        var hosts = 0
        for field in headers.fields {
            said += headers.nameBytes(field)
            said.append(UInt8(ascii: "="))
            said += headers.valueBytes(field)
            check(field.nameCount > 0, "an empty name")
            for byte in headers.nameBytes(field) { check(Byte.isToken(byte), "a name is no token") }
            for byte in headers.valueBytes(field) {
                check(byte == 9 || (byte >= 32 && byte != 127), "a control byte in a value")
            }
            switch String(decoding: headers.nameBytes(field), as: UTF8.self).lowercased() {
            case "host": hosts += 1
            case "content-length", "transfer-encoding": framings += 1
            default: break
            }
        }
        check(framings <= 1, "two fields frame the body")
        check(hosts == 1 || (hosts == 0 && head.minorVersion == 0), "not one Host")
        let target = headers.bytes[head.target]
        check(
            target.first == UInt8(ascii: "/") || target.elementsEqual("*".utf8),
            "a target that is no path"
        )
        for byte in target { check(byte > 32 && byte < 127, "a target beyond visible ASCII") }
        var split = Target()
        var bytes = headers.bytes
        do throws(HTTPFault) {
            try split.read(head.target, in: &bytes)
            for segment in split.segments {
                for byte in bytes[segment.range] {
                    check(
                        byte != 47 && byte >= 32 && byte != 127,
                        "a segment with a slash or control"
                    )
                }
                let text = String(decoding: bytes[segment.range], as: UTF8.self)
                check(text != "." && text != "..", "a dot segment")
            }
        } catch {
            check(split.segments.isEmpty, "half a target")
        }
    }

    private mutating func say(_ text: String) { said += Array(text.utf8) }

    private func check(_ condition: Bool, _ message: StaticString) {
        if !condition { fatalError("\(message)") }
    }

    func agrees(with other: FuzzTranscript) -> Bool {
        said == other.said && body == other.body && isBroken == other.isBroken
    }
}

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: data, count: count)
    var whole = FuzzTranscript()
    whole.feed(Span(_unsafeElements: input))
    // FNV-1a of the input begins the sequence of splits, so that a finding repeats.
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in input { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    for longest in [1, 4, 64] {
        var split = FuzzTranscript()
        var start = 0
        while start < count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let end = min(count, start + 1 + Int(state >> 33) % longest)
            split.feed(Span(_unsafeElements: UnsafeBufferPointer(rebasing: input[start..<end])))
            start = end
        }
        if !split.agrees(with: whole) {
            fatalError("split differently, the stream says another thing")
        }
    }
    return 0
}
