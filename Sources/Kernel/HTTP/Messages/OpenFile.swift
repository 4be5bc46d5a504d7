import Core
import Glibc

/// A file opened for sending; it is closed when the last answer that holds it is gone.
public final class OpenFile: Sendable {
    /// The length in bytes when it was opened.
    public let count: Int
    let descriptor: Int32

    /// Opens a regular file.
    ///
    /// - Throws: `notFound` when there is no such regular file, `internal` when it cannot be read.
    public init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR
                ? GeneralFault(.notFound, code: "not-found", "there is no such file")
                : GeneralFault(.internal, code: "unreadable-file", "errno \(errno)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw GeneralFault(.notFound, code: "not-found", "there is no such file")
        }
        count = Int(status.st_size)
    }

    /// What is in the file.
    ///
    /// - Throws: `unavailable` when it cannot be read, or has become shorter.
    func contents() throws -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, taken in
            while taken < count {
                let got = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + taken },
                    count - taken,
                    off_t(taken)
                )
                if got <= 0 {
                    failed = true
                    return
                }
                taken += got
            }
        }
        if failed {
            throw GeneralFault(.unavailable, code: "unreadable-file", "a file cannot be read")
        }
        return bytes
    }

    deinit { close(descriptor) }
}
