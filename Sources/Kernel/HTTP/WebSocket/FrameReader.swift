import CWslay

/// Takes frames off a stream of bytes, by wslay (RFC 6455 section 5).
///
/// wslay refuses control frames that are long or fragmented and lengths that are not minimal; what only
/// a server knows (masks, extensions, the order of fragments) is checked by `MessageAssembler`. A reader
/// weighs some 4 KiB, so an idle connection has none: it borrows one while bytes are there, and keeps it
/// only while it holds a part of a frame.
///
/// It belongs to one loop's thread, so it is not Sendable; the context is its own and is freed with it.
final class FrameReader {
    /// A piece of a frame's payload; a frame has at least one.
    struct Chunk {
        var opcode: UInt8
        var isFinal: Bool
        /// RSV1, RSV2 and RSV3 as wslay packs them.
        var reserved: UInt8
        var isMasked: Bool
        /// The length of the whole payload.
        var length: UInt64
        var isFirst: Bool
        var isLast: Bool
        /// Unmasked, and valid until the next call.
        var data: UnsafeBufferPointer<UInt8>
    }

    enum Outcome {
        case chunk(Chunk)
        /// All that was given is taken.
        case needsMore
        /// The bytes are no frames.
        case broken
    }

    private var context: wslay_frame_context_ptr?
    private var input = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private var frameLeft: UInt64 = 0
    private var isInFrame = false
    /// Bytes that wslay has taken, and those of them that came out again as frames.
    private var fed = 0
    private var used = 0

    /// A reader; nil when there is no memory.
    init?() {
        var callbacks = wslay_frame_callbacks()
        callbacks.recv_callback = { buffer, count, _, reader in
            guard let buffer, let reader else { return -1 }
            return Unmanaged<FrameReader>.fromOpaque(reader).takeUnretainedValue()
                .feed(buffer, count)
        }
        let status = wslay_frame_context_init(
            &context,
            &callbacks,
            Unmanaged.passUnretained(self).toOpaque()
        )
        guard status == 0 else { return nil }
    }

    deinit { wslay_frame_context_free(context) }

    /// Whether it holds no part of a frame, so that another stream may use it.
    var isClean: Bool { !isInFrame && fed == used && input.isEmpty }

    /// Lets it read `bytes`, which must stay until `next` has said `needsMore`.
    func begin(_ bytes: UnsafeBufferPointer<UInt8>) { input = bytes }

    private func feed(_ buffer: UnsafeMutablePointer<UInt8>, _ room: Int) -> Int {
        let count = min(room, input.count)
        // Zero would be an error to wslay; this says that there is nothing now.
        guard count > 0, let base = input.baseAddress else { return -1 }
        buffer.update(from: base, count: count)
        input = UnsafeBufferPointer(rebasing: input.dropFirst(count))
        fed += count
        return count
    }

    func next() -> Outcome {
        var frame = wslay_frame_iocb()
        let count = wslay_frame_recv(context, &frame)
        guard count >= 0 else {
            return count == Int(WSLAY_ERR_WANT_READ.rawValue) ? .needsMore : .broken
        }
        let isFirst = !isInFrame
        if isFirst {
            frameLeft = frame.payload_length
            let extended = frame.payload_length < 126 ? 0 : frame.payload_length < 65_536 ? 2 : 8
            used += 2 + extended + (frame.mask == 1 ? 4 : 0)
        }
        used += count
        frameLeft -= UInt64(count)
        isInFrame = frameLeft > 0
        return .chunk(
            Chunk(
                opcode: frame.opcode,
                isFinal: frame.fin == 1,
                reserved: frame.rsv,
                isMasked: frame.mask == 1,
                length: frame.payload_length,
                isFirst: isFirst,
                isLast: !isInFrame,
                data: UnsafeBufferPointer(start: frame.data, count: count)
            )
        )
    }
}
