import CZlib

/// A gzip stream that is used again and again.
///
/// Invariant: the stream is touched only by the thread or value that owns the deflater, so it is not
/// Sendable; it lies at one address for its life because zlib points back at it.
final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var out: [UInt8] = []

    /// A stream at zlib's `level`, 1 (fast) to 9 (small); nil when zlib has no memory.
    init?(level: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for gzip's frame.
        guard weft_deflate_init(stream, level, 15 + 16) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The gzip member of `bytes`; nil when zlib fails or the result is not smaller.
    func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard deflateReset(stream) == Z_OK else { return nil }
        let room = bytes.count
        return bytes.withUnsafeBufferPointer { input -> [UInt8]? in
            guard let base = input.baseAddress else { return nil }
            var done = false
            let result = [UInt8](unsafeUninitializedCapacity: room) { output, count in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: base)
                stream.pointee.avail_in = uInt(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(room)
                done = deflate(stream, Z_FINISH) == Z_STREAM_END
                count = room - Int(stream.pointee.avail_out)
            }
            return done ? result : nil
        }
    }
}

/// Reads `Accept-Encoding` (RFC 9110 section 12.5.3).
enum AcceptEncoding {
    /// Whether the client takes gzip.
    static func allowsGzip(_ headers: Headers) -> Bool {
        guard let text = headers["accept-encoding"] else { return false }
        var star = false
        for element in text.split(separator: ",") {
            let parts = element.split(separator: ";").map { part in
                String(decoding: Headers.trimmed(Array(part.utf8)[...]), as: UTF8.self)
                    .lowercased()
            }
            guard let coding = parts.first else { continue }
            let refused = parts.dropFirst().contains { part in
                part.hasPrefix("q=") && Double(part.dropFirst(2)).map { $0 <= 0 } ?? true
            }
            if coding == "gzip" || coding == "x-gzip" { return !refused }
            if coding == "*" { star = !refused }
        }
        return star
    }
}
