extension RequestParser {
    /// The next event of a body, of fixed length or chunked (RFC 9112 section 7.1).
    mutating func parseBody(_ input: Span<UInt8>, _ position: inout Int) throws(HTTPFault) -> Event?
    {
        while position < input.count {
            switch state {
            case .fixedBody:
                return try take(input.count, &position, then: .end)
            case .chunkData:
                return try take(input.count, &position, then: .chunkDataReturn)
            case .end:
                return try next(input, &position)
            default:
                try step(input[position])
                position += 1
                if case .end = state { return try next(input, &position) }
            }
        }
        return nil
    }

    private mutating func take(_ end: Int, _ position: inout Int, then next: State)
        throws(HTTPFault) -> Event
    {
        guard remaining <= bodyLimit - received else { throw HTTPFault.tooLarge(limit: bodyLimit) }
        let count = min(remaining, end - position)
        received += count
        let range = position..<(position + count)
        position += count
        remaining -= count
        if remaining == 0 { state = next }
        return .body(range)
    }

    private mutating func step(_ byte: UInt8) throws(HTTPFault) {
        switch state {
        case .chunkSize:
            try readSize(byte)
        case .chunkLineFeed:
            guard byte == Byte.lineFeed else { throw Self.lineEnd }
            state = remaining == 0 ? .trailerStart : .chunkData
        case .chunkDataReturn:
            guard byte == Byte.carriageReturn else { throw Self.chunk }
            state = .chunkDataLineFeed
        case .chunkDataLineFeed:
            guard byte == Byte.lineFeed else { throw Self.lineEnd }
            digits = 0
            state = .chunkSize
        case .extensionName, .extensionValue, .extensionToken, .extensionQuoted, .extensionEscape,
            .extensionEnd:
            overhead += 1
            guard overhead <= limits.head else { throw Self.tooLong(state) }
            try readExtension(byte)
        default:
            overhead += 1
            guard overhead <= limits.head else { throw Self.tooLong(state) }
            try readTrailer(byte)
        }
    }

    private mutating func readSize(_ byte: UInt8) throws(HTTPFault) {
        if let digit = Byte.hexadecimal(byte) {
            // Eight digits hold every body there can be here, and cannot overflow.
            guard digits < 8 else { throw Self.chunk }
            remaining = digits == 0 ? Int(digit) : remaining << 4 | Int(digit)
            digits += 1
            return
        }
        guard digits > 0 else { throw Self.chunk }
        switch byte {
        case Byte.carriageReturn: state = .chunkLineFeed
        case UInt8(ascii: ";"):
            digits = 0
            state = .extensionName
        default: throw Self.chunk
        }
        guard remaining <= bodyLimit - received else { throw HTTPFault.tooLarge(limit: bodyLimit) }
    }

    /// `*( ";" token [ "=" ( token / quoted-string ) ] )`, without the white space that RFC 9112 calls
    /// bad; extensions are read to find their end, and dropped.
    private mutating func readExtension(_ byte: UInt8) throws(HTTPFault) {
        switch (state, byte) {
        case (.extensionName, UInt8(ascii: "=")) where digits > 0:
            state = .extensionValue
        case (.extensionName, UInt8(ascii: ";")) where digits > 0,
            (.extensionToken, UInt8(ascii: ";")), (.extensionEnd, UInt8(ascii: ";")):
            digits = 0
            state = .extensionName
        case (.extensionName, Byte.carriageReturn) where digits > 0,
            (.extensionToken, Byte.carriageReturn), (.extensionEnd, Byte.carriageReturn):
            state = .chunkLineFeed
        case (.extensionName, _) where Byte.isToken(byte):
            digits = 1
        case (.extensionValue, UInt8(ascii: "\"")):
            state = .extensionQuoted
        case (.extensionValue, _) where Byte.isToken(byte):
            state = .extensionToken
        case (.extensionToken, _) where Byte.isToken(byte):
            break
        case (.extensionQuoted, UInt8(ascii: "\"")):
            state = .extensionEnd
        case (.extensionQuoted, UInt8(ascii: "\\")):
            state = .extensionEscape
        case (.extensionQuoted, _) where Byte.isFieldValue(byte):
            break
        case (.extensionEscape, _) where Byte.isFieldValue(byte):
            state = .extensionQuoted
        default:
            throw Self.chunk
        }
    }

    /// Trailer fields are checked and dropped; those that frame or route a message are refused.
    private mutating func readTrailer(_ byte: UInt8) throws(HTTPFault) {
        switch state {
        case .trailerStart:
            if byte == Byte.carriageReturn {
                state = .trailerLineFeed
            } else {
                guard Byte.isToken(byte) else { throw Self.trailer }
                name = [Byte.lowercased(byte)]
                state = .trailerName
            }
        case .trailerName:
            if Byte.isToken(byte) {
                name.append(Byte.lowercased(byte))
            } else {
                guard byte == UInt8(ascii: ":"), !Self.forbiddenTrailers.contains(name) else {
                    throw Self.trailer
                }
                state = .trailerValue
            }
        case .trailerValue:
            if byte == Byte.carriageReturn {
                state = .trailerFieldLineFeed
            } else {
                guard Byte.isFieldValue(byte) else { throw Self.trailer }
            }
        case .trailerFieldLineFeed:
            guard byte == Byte.lineFeed else { throw Self.lineEnd }
            state = .trailerStart
        default:
            guard byte == Byte.lineFeed else { throw Self.lineEnd }
            state = .end
        }
    }

    private static let forbiddenTrailers: [[UInt8]] = [
        Array("content-length".utf8), Array("transfer-encoding".utf8), Array("host".utf8),
        Array("connection".utf8), Array("expect".utf8),
    ]

    private static let chunk = RequestHead.bad("the chunked framing is malformed")
    private static let trailer = RequestHead.bad("a trailer field is malformed")
}
