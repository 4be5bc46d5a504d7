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

    deinit { close(descriptor) }
}
