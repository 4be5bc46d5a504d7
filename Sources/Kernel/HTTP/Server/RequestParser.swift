import Core

/// Reads HTTP/1.1 requests off a stream of bytes: pure, and resumable at any byte.
///
/// It refuses whatever two readers might understand differently (RFC 9112 section 11.2); after a
/// refusal the stream cannot be trusted any more and the connection must be closed.
struct RequestParser: Sendable {
    struct Limits: Sendable {
        var head = 16 << 10
        var fields = 100
    }

    enum Event: Sendable {
        /// A whole head; its fields are to be taken with `takeHeaders`.
        case head(RequestHead)
        /// Bytes of the body, as a range of the input.
        case body(Range<Int>)
        case end
    }

    enum State: Sendable {
        case start, startLineFeed
        case method, target, version, lineReturn, lineFeed
        case fieldStart, fieldName, fieldSpace, fieldValue, fieldLineFeed, headLineFeed
        case fixedBody, end
        case chunkSize, chunkLineFeed, chunkData, chunkDataReturn, chunkDataLineFeed
        case extensionName, extensionValue, extensionToken, extensionQuoted, extensionEscape
        case extensionEnd
        case trailerStart, trailerName, trailerValue, trailerFieldLineFeed, trailerLineFeed
        case failed
    }

    let limits: Limits
    /// The largest body, checked before a byte of it is taken; to be set when a head was given out.
    var bodyLimit = Int.max
    var state = State.start
    private var fault: HTTPFault?

    // The head so far, as it came, and where its parts lie.
    private var head = Headers()
    private var mark = 0
    private var methodRange = 0..<0
    private var targetRange = 0..<0
    private var minorVersion = 1
    private var skippedLine = false

    // The body so far.
    var remaining = 0
    var received = 0
    var digits = 0
    /// Bytes of chunk extensions and trailers, which are read and dropped.
    var overhead = 0
    var name: [UInt8] = []

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether no byte of the next request has come.
    var isIdle: Bool { if case .start = state { head.bytes.isEmpty } else { false } }

    /// The next event of `input` from `position` on; nil when all of it was taken and more is needed.
    ///
    /// - Throws: what is wrong, now and ever after.
    mutating func next(_ input: Span<UInt8>, _ position: inout Int) throws(HTTPFault) -> Event? {
        do throws(HTTPFault) {
            switch state {
            case .failed:
                throw fault ?? RequestHead.bad("the stream is broken")
            case .end:
                reset()
                return .end
            case .start, .startLineFeed, .method, .target, .version, .lineReturn, .lineFeed,
                .fieldStart, .fieldName, .fieldSpace, .fieldValue, .fieldLineFeed, .headLineFeed:
                return try parseHead(input, &position)
            default:
                return try parseBody(input, &position)
            }
        } catch {
            state = .failed
            fault = error
            throw error
        }
    }

    private mutating func reset() {
        state = .start
        skippedLine = false
        bodyLimit = .max
        remaining = 0
        received = 0
        overhead = 0
    }

    // MARK: Head

    private mutating func parseHead(_ input: Span<UInt8>, _ position: inout Int) throws(HTTPFault)
        -> Event?
    {
        let start = position
        // Positions in `head` are positions in `input` plus this.
        let base = head.bytes.count - start
        let end = min(input.count, start + limits.head - head.bytes.count)
        var at = start
        while at < end {
            let byte = input[at]
            switch state {
            case .start:
                // RFC 9112 section 2.2: one empty line before a request is forgiven.
                if byte == Byte.carriageReturn, !skippedLine {
                    state = .startLineFeed
                    at += 1
                } else {
                    mark = base + at
                    state = .method
                }
            case .startLineFeed:
                guard byte == Byte.lineFeed else { throw Self.lineEnd }
                skippedLine = true
                state = .start
                at += 1
            case .method:
                while at < end, Byte.isToken(input[at]) { at += 1 }
                guard at < end else { break }
                guard input[at] == Byte.space, base + at > mark else {
                    throw RequestHead.bad("the method must be a token and one space")
                }
                methodRange = mark..<(base + at)
                at += 1
                mark = base + at
                state = .target
            case .target:
                while at < end, Byte.isVisible(input[at]), input[at] != UInt8(ascii: "#") {
                    at += 1
                }
                guard at < end else { break }
                guard input[at] == Byte.space, base + at > mark else {
                    throw RequestHead.bad("the target must be visible ASCII and one space")
                }
                targetRange = mark..<(base + at)
                at += 1
                mark = base + at
                state = .version
            case .version:
                try readVersion(byte, index: base + at - mark)
                at += 1
            case .lineReturn:
                guard byte == Byte.carriageReturn else { throw Self.lineEnd }
                state = .lineFeed
                at += 1
            case .lineFeed:
                guard byte == Byte.lineFeed else { throw Self.lineEnd }
                state = .fieldStart
                at += 1
            case .fieldStart:
                if byte == Byte.carriageReturn {
                    state = .headLineFeed
                    at += 1
                } else {
                    mark = base + at
                    state = .fieldName
                }
            case .fieldName:
                while at < end, Byte.isToken(input[at]) { at += 1 }
                guard at < end else { break }
                guard input[at] == UInt8(ascii: ":"), base + at > mark else {
                    throw RequestHead.bad("a field must be a token and a colon, on one line")
                }
                guard head.fields.count < limits.fields else { throw Self.tooManyFields }
                head.fields.append(
                    Headers.Field(
                        nameStart: UInt32(mark),
                        nameCount: UInt32(base + at - mark),
                        valueStart: 0,
                        valueCount: 0
                    )
                )
                at += 1
                state = .fieldSpace
            case .fieldSpace:
                while at < end, input[at] == Byte.space || input[at] == Byte.tab { at += 1 }
                guard at < end else { break }
                mark = base + at
                state = .fieldValue
            case .fieldValue:
                at = Self.endOfValue(input, at, end)
                guard at < end else { break }
                guard input[at] == Byte.carriageReturn else {
                    throw RequestHead.bad("a field must not hold control bytes and end with CR LF")
                }
                head.fields[head.fields.count - 1].valueStart = UInt32(mark)
                head.fields[head.fields.count - 1].valueCount = UInt32(base + at - mark)
                at += 1
                state = .fieldLineFeed
            case .fieldLineFeed:
                guard byte == Byte.lineFeed else { throw Self.lineEnd }
                state = .fieldStart
                at += 1
            default:
                guard byte == Byte.lineFeed else { throw Self.lineEnd }
                at += 1
                keep(input, start..<at)
                position = at
                return .head(try finishHead())
            }
        }
        if end < input.count { throw Self.tooLong(state) }
        keep(input, start..<at)
        position = at
        return nil
    }

    private mutating func keep(_ input: Span<UInt8>, _ range: Range<Int>) {
        input.extracting(range).withUnsafeBufferPointer { head.bytes.append(contentsOf: $0) }
    }

    /// Where the bytes end that a field value may hold, eight at a time as far as possible.
    private static func endOfValue(_ input: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        input.withUnsafeBytes { bytes in
            var at = start
            while at + 8 <= end {
                let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                // The high bit of each byte below 0x20, and of each that is DEL; a borrow can mark a byte
                // above such a one falsely, which only ends the loop on the same word.
                let ones: UInt64 = 0x0101_0101_0101_0101
                let high = ones &* 0x80
                let delete = word ^ (ones &* 0x7F)
                let found =
                    ((word &- ones &* 0x20) & ~word & high) | ((delete &- ones) & ~delete & high)
                if found != 0 { break }
                at += 8
            }
            while at < end, Byte.isFieldValue(bytes[at]) { at += 1 }
            return at
        }
    }

    /// The fields of the head that was given out last; what `other` holds of memory is used for the next.
    mutating func takeHeaders(_ other: inout Headers) {
        other.removeAll(keepingCapacityUpTo: 4 << 10)
        swap(&head, &other)
    }

    private mutating func readVersion(_ byte: UInt8, index: Int) throws(HTTPFault) {
        let expected: UInt8
        switch index {
        case 0: expected = UInt8(ascii: "H")
        case 1, 2: expected = UInt8(ascii: "T")
        case 3: expected = UInt8(ascii: "P")
        case 4: expected = UInt8(ascii: "/")
        case 6: expected = UInt8(ascii: ".")
        default:
            guard Byte.isDigit(byte) else { throw RequestHead.bad("the version is malformed") }
            let isKnown = index == 5 ? byte == UInt8(ascii: "1") : byte <= UInt8(ascii: "1")
            guard isKnown else {
                throw HTTPFault(
                    .versionNotSupported,
                    code: "unknown-version",
                    "only HTTP/1.1 and HTTP/1.0 are spoken here"
                )
            }
            if index == 7 {
                minorVersion = Int(byte - UInt8(ascii: "0"))
                state = .lineReturn
            }
            return
        }
        guard byte == expected else { throw RequestHead.bad("the version is malformed") }
    }

    private mutating func finishHead() throws(HTTPFault) -> RequestHead {
        for index in self.head.fields.indices {
            let range = self.head.fields[index].value
            var end = range.upperBound
            while end > range.lowerBound,
                self.head.bytes[end - 1] == Byte.space
                    || self.head.bytes[end - 1] == Byte.tab
            { end -= 1 }
            self.head.fields[index].valueCount = UInt32(end - range.lowerBound)
        }
        let head = try RequestHead(
            method: methodRange,
            target: targetRange,
            minorVersion: minorVersion,
            headers: &self.head
        )
        switch head.framing {
        case .none: state = .end
        case .length(let count):
            state = .fixedBody
            remaining = count
        case .chunked:
            state = .chunkSize
            digits = 0
        }
        return head
    }

    // MARK: Faults

    static let lineEnd = RequestHead.bad("a line must end with CR LF")

    static let tooManyFields = HTTPFault(
        .headerTooLarge,
        code: "too-many-fields",
        "the request has too many header fields"
    )

    static func tooLong(_ state: State) -> HTTPFault {
        if case .target = state {
            return HTTPFault(.targetTooLong, code: "target-too-long", "the target is too long")
        }
        return HTTPFault(
            .headerTooLarge,
            code: "header-too-large",
            "the request line and header fields are too long"
        )
    }
}
