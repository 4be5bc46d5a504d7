/// Makes messages of frames and refuses what RFC 6455 forbids: pure, and fed at any split.
struct MessageAssembler {
    enum Event: Equatable {
        case text([UInt8])
        case binary([UInt8])
        case ping([UInt8])
        case pong
        /// The peer ends; the code is 1005 when it gave none.
        case close(CloseCode, reason: String)
    }

    /// Inflates a message; gives no more than so many bytes, and throws 1009 or 1007.
    typealias Inflate = ([UInt8], Int) throws(WebSocketFault) -> [UInt8]

    /// The largest message, inflated.
    let limit: Int
    /// Whether permessage-deflate was agreed on.
    let allowsCompression: Bool

    private var opcode: Opcode?
    private var isCompressed = false
    private var message: [UInt8] = []
    private var control: [UInt8] = []
    private var check = UTF8Check()

    init(limit: Int, allowsCompression: Bool) {
        self.limit = limit
        self.allowsCompression = allowsCompression
    }

    /// Takes a piece of a frame, and gives what is complete with it.
    ///
    /// - Throws: what ends the connection.
    mutating func take(_ chunk: FrameReader.Chunk, inflate: Inflate) throws(WebSocketFault)
        -> Event?
    {
        guard chunk.isMasked else {
            throw WebSocketFault(.protocolError, "a client's frame must be masked")
        }
        guard let kind = Opcode(rawValue: chunk.opcode) else {
            throw WebSocketFault(.protocolError, "unknown opcode")
        }
        if kind.isControl { return try takeControl(kind, chunk) }
        if chunk.isFirst { try begin(kind, chunk) }
        return try takeData(chunk, inflate)
    }

    private mutating func begin(_ kind: Opcode, _ chunk: FrameReader.Chunk) throws(WebSocketFault) {
        if kind == .continuation {
            guard opcode != nil else {
                throw WebSocketFault(.protocolError, "there is no message to continue")
            }
            guard chunk.reserved == 0 else { throw Self.reserved }
        } else {
            guard opcode == nil else {
                throw WebSocketFault(.protocolError, "the message before is not complete")
            }
            guard
                chunk.reserved == 0
                    || chunk.reserved == Opcode.compressedBit && allowsCompression
            else { throw Self.reserved }
            opcode = kind
            isCompressed = chunk.reserved != 0
            check = UTF8Check()
        }
        // Refused by what is announced, before any of it is kept.
        guard chunk.length <= UInt64(limit), message.count + Int(chunk.length) <= limit else {
            throw Self.tooBig(limit)
        }
    }

    private mutating func takeData(
        _ chunk: FrameReader.Chunk,
        _ inflate: Inflate
    ) throws(WebSocketFault) -> Event? {
        if opcode == .text, !isCompressed, !check.take(chunk.data) { throw Self.notText }
        message.append(contentsOf: chunk.data)
        guard chunk.isFinal, chunk.isLast else { return nil }
        let isText = opcode == .text
        var complete = message
        message = []
        opcode = nil
        if isCompressed {
            complete = try inflate(complete, limit)
            if isText, !UTF8Check.isValid(complete) { throw Self.notText }
        } else if isText, !check.isComplete {
            throw Self.notText
        }
        return isText ? .text(complete) : .binary(complete)
    }

    private mutating func takeControl(
        _ kind: Opcode,
        _ chunk: FrameReader.Chunk
    ) throws(WebSocketFault) -> Event? {
        guard chunk.reserved == 0 else { throw Self.reserved }
        guard chunk.isFinal, chunk.length <= 125 else {
            throw WebSocketFault(.protocolError, "a control frame has at most 125 bytes")
        }
        control.append(contentsOf: chunk.data)
        guard chunk.isLast else { return nil }
        let payload = control
        control = []
        switch kind {
        case .ping: return .ping(payload)
        case .pong: return .pong
        default: return try Self.close(payload)
        }
    }

    private static func close(_ payload: [UInt8]) throws(WebSocketFault) -> Event {
        guard !payload.isEmpty else { return .close(.none, reason: "") }
        guard payload.count >= 2 else {
            throw WebSocketFault(.protocolError, "a close code has two bytes")
        }
        let code = CloseCode(rawValue: Int(payload[0]) << 8 | Int(payload[1]))
        guard code.isAllowed else {
            throw WebSocketFault(.protocolError, "the close code must not be sent")
        }
        let reason = Array(payload.dropFirst(2))
        guard UTF8Check.isValid(reason) else { throw notText }
        return .close(code, reason: String(decoding: reason, as: UTF8.self))
    }

    private static let reserved = WebSocketFault(.protocolError, "a reserved bit is set")
    private static let notText = WebSocketFault(.invalidData, "a text must be UTF-8")

    static func tooBig(_ limit: Int) -> WebSocketFault {
        WebSocketFault(.tooBig, "a message has at most \(limit) bytes")
    }
}
