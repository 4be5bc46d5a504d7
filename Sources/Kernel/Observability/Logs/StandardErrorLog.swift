import Glibc
import Synchronization

/// Writes log records to a file descriptor, by default standard error.
public final class StandardErrorLog: LogSink {
    /// How lines look.
    public let format: LogFormat
    private let descriptor: Int32
    private let limit: Int
    private let turn = Mutex(())

    /// A log.
    ///
    /// - Parameters:
    ///   - descriptor: where to write. Default 2, standard error.
    ///   - format: default JSON lines, or the readable format when the descriptor is a terminal.
    ///   - limit: the longest line in bytes. Default 8 KiB.
    public init(descriptor: Int32 = 2, format: LogFormat? = nil, limit: Int = 8_192) {
        self.descriptor = descriptor
        self.format = format ?? (isatty(descriptor) == 1 ? .terminal : .json)
        self.limit = limit
    }

    /// Writes the record's line; a descriptor that takes nothing any more loses it.
    public func write(_ record: LogRecord) {
        let line = format.line(record, limit: limit)
        turn.withLock { _ in
            line.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let count = Glibc.write(
                        descriptor,
                        bytes.baseAddress?.advanced(by: written),
                        bytes.count - written
                    )
                    if count > 0 {
                        written += count
                    } else if errno == EAGAIN {
                        // Somebody made the shared terminal or pipe non-blocking.
                        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        guard poll(&wait, 1, 1_000) > 0 else { return }
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
