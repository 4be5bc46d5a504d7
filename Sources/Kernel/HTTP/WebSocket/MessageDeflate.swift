import CZlib

/// Compresses messages (RFC 7692), each for itself, so that a connection keeps no state between them.
///
/// It belongs to one loop's thread, so it is not Sendable; the stream lies at one address for its life
/// because zlib points back at it.
final class MessageDeflater {
    private let stream: UnsafeMutablePointer<z_stream>

    /// A compressor with a window of 2^`windowBits` bytes, 9 to 15; nil when zlib has no memory.
    init?(windowBits: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard weft_deflate_init(stream, 1, -windowBits) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The message's compressed payload; nil when it would not be smaller.
    func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 4, deflateReset(stream) == Z_OK else { return nil }
        return bytes.withUnsafeBufferPointer { input -> [UInt8]? in
            var isDone = false
            let out = [UInt8](unsafeUninitializedCapacity: input.count) { output, count in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = uInt(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(output.count)
                let status = deflate(stream, Z_SYNC_FLUSH)
                // With room left over the flush is complete and ends with the empty block's 00 00 FF FF.
                isDone = status == Z_OK && stream.pointee.avail_out > 0
                count = output.count - Int(stream.pointee.avail_out)
            }
            return isDone ? Array(out.dropLast(4)) : nil
        }
    }
}

/// Inflates messages (RFC 7692), each for itself and never beyond a limit.
///
/// It belongs to one loop's thread, so it is not Sendable; the stream lies at one address for its life
/// because zlib points back at it.
final class MessageInflater {
    private let stream: UnsafeMutablePointer<z_stream>

    /// An inflater for any window; nil when zlib has no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard weft_inflate_init(stream, -15) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The message of a compressed payload.
    ///
    /// - Throws: 1009 when it has more than `limit` bytes, 1007 when it is no deflate stream.
    func inflate(_ bytes: [UInt8], limit: Int) throws(WebSocketFault) -> [UInt8] {
        var input = bytes
        input += [0x00, 0x00, 0xFF, 0xFF]
        guard inflateReset(stream) == Z_OK else {
            throw WebSocketFault(.internalError, "no memory")
        }
        var out: [UInt8] = []
        var status = Z_OK
        input.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = uInt(input.count)
            repeat {
                // One byte beyond the limit shows that there is too much.
                let room = min(limit + 1 - out.count, max(4 * input.count, 1_024))
                let part = [UInt8](unsafeUninitializedCapacity: room) { output, count in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = uInt(room)
                    status = CZlib.inflate(stream, Z_SYNC_FLUSH)
                    count = room - Int(stream.pointee.avail_out)
                }
                out.append(contentsOf: part)
            } while status == Z_OK && stream.pointee.avail_out == 0 && out.count <= limit
        }
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        guard out.count <= limit else { throw MessageAssembler.tooBig(limit) }
        // BUF_ERROR: the output was just full and there is nothing more.
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR,
            stream.pointee.avail_in == 0 || status == Z_STREAM_END
        else { throw WebSocketFault(.invalidData, "the message is no deflate stream") }
        return out
    }
}
