/// What the WebSockets of one loop share, so that an idle one needs none of it.
///
/// It belongs to its loop's thread, so it is not Sendable.
final class WebSocketCodec {
    private var readers: [FrameReader] = []
    private var writer: FrameWriter?
    private var deflaters: [Int32: MessageDeflater] = [:]
    private var inflater: MessageInflater?

    /// A reader that holds nothing; nil when there is no memory.
    func borrow() -> FrameReader? { readers.popLast() ?? FrameReader() }

    /// Takes back a reader that holds nothing.
    func giveBack(_ reader: FrameReader) {
        if readers.count < 8 { readers.append(reader) }
    }

    /// The bytes of one frame; nil when there is no memory.
    func frame(_ opcode: Opcode, _ payload: [UInt8], isCompressed: Bool = false) -> [UInt8]? {
        if writer == nil { writer = FrameWriter() }
        return writer?.frame(opcode, payload, isCompressed: isCompressed)
    }

    /// The compressed payload; nil when it would not be smaller.
    func compress(_ payload: [UInt8], windowBits: Int32) -> [UInt8]? {
        if deflaters[windowBits] == nil {
            deflaters[windowBits] = MessageDeflater(windowBits: windowBits)
        }
        return deflaters[windowBits]?.compress(payload)
    }

    /// The message of a compressed payload.
    func inflate(_ payload: [UInt8], limit: Int) throws(WebSocketFault) -> [UInt8] {
        if inflater == nil { inflater = MessageInflater() }
        guard let inflater else { throw WebSocketFault(.internalError, "no memory") }
        return try inflater.inflate(payload, limit: limit)
    }
}

/// A text that goes to many sockets: framed and compressed once for all of one loop.
///
/// It belongs to the thread that made it, so it is not Sendable.
public final class PreparedText {
    /// The text, UTF-8.
    public let text: [UInt8]
    private var plain: [UInt8]?
    private var deflated: [Int32: [UInt8]] = [:]

    /// A text that is still to be framed.
    public init(_ text: [UInt8]) {
        self.text = text
    }

    /// Texts of fewer bytes are not worth compressing.
    private static let compressionThreshold = 256

    /// The frame for a socket with the given window, nil for none.
    func frame(_ codec: WebSocketCodec, windowBits: Int32?) -> [UInt8]? {
        if let windowBits, text.count >= Self.compressionThreshold {
            if let known = deflated[windowBits] { return known }
            if let payload = codec.compress(text, windowBits: windowBits) {
                let frame = codec.frame(.text, payload, isCompressed: true)
                deflated[windowBits] = frame
                return frame
            }
        }
        if plain == nil { plain = codec.frame(.text, text) }
        return plain
    }
}
