import Core
import Glibc
import Synchronization

/// Writes messages to a descriptor, one a line, whoever writes.
final class LineWriter: MessageSink {
    private let descriptor: Int32
    private let isBroken = Mutex(false)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Writes a message and its line end; nothing any more once the reader has gone.
    func append(_ message: [UInt8]) {
        isBroken.withLock { isBroken in
            var rest = (message + [UInt8(ascii: "\n")])[...]
            while !rest.isEmpty, !isBroken {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    isBroken = true
                    return
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}
