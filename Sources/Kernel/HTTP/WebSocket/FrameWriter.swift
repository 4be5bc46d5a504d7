import CWslay

/// Writes a server's frames, by wslay: unmasked, each message in one frame.
///
/// It belongs to one loop's thread, so it is not Sendable; the context is its own and is freed with it.
final class FrameWriter {
    private var context: wslay_frame_context_ptr?
    private var out: [UInt8] = []

    /// A writer; nil when there is no memory.
    init?() {
        var callbacks = wslay_frame_callbacks()
        callbacks.send_callback = { data, count, _, writer in
            guard let data, let writer else { return -1 }
            Unmanaged<FrameWriter>.fromOpaque(writer).takeUnretainedValue().out
                .append(contentsOf: UnsafeBufferPointer(start: data, count: count))
            return count
        }
        let status = wslay_frame_context_init(
            &context,
            &callbacks,
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard status == 0 else { return nil }
    }

    deinit { wslay_frame_context_free(context) }

    /// The bytes of one final frame.
    func frame(_ opcode: Opcode, _ payload: [UInt8], isCompressed: Bool = false) -> [UInt8] {
        out.reserveCapacity(payload.count + 10)
        payload.withUnsafeBufferPointer { buffer in
            var frame = wslay_frame_iocb()
            frame.fin = 1
            frame.rsv = isCompressed ? Opcode.compressedBit : 0
            frame.opcode = opcode.rawValue
            frame.payload_length = UInt64(buffer.count)
            frame.data = buffer.baseAddress
            frame.data_length = buffer.count
            let sent = wslay_frame_send(context, &frame)
            precondition(sent == buffer.count, "the callback takes everything")
        }
        defer { out = [] }
        return out
    }
}

/// What a frame is (RFC 6455 section 11.8).
enum Opcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// RSV1, which permessage-deflate sets on a compressed message's first frame.
    static let compressedBit: UInt8 = 1 << 2

    var isControl: Bool { rawValue & 0x8 != 0 }
}
