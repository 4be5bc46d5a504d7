import Core
import Glibc

/// Reads a file, or standard input, line by line or whole.
final class EventLines {
    /// No line may be longer.
    private static let longest = 64 << 20

    /// What to call the source in messages.
    let name: String

    private let file: Int32
    private var buffer: [UInt8] = []
    private var at = 0
    private var isAtEnd = false

    /// Opens the file at the path; nil stands for standard input.
    init(_ path: String?) throws(GeneralFault) {
        name = path ?? "standard input"
        guard let path else {
            file = STDIN_FILENO
            return
        }
        file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.unreadable(path) }
    }

    deinit { if file != STDIN_FILENO { close(file) } }

    /// The next line without its end; nil after the last.
    func next() throws(GeneralFault) -> [UInt8]? {
        var searched = at
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { at = end + 1 }
                return Array(buffer[at..<end])
            }
            searched = buffer.count
            if isAtEnd {
                defer { at = buffer.count }
                return at < buffer.count ? Array(buffer[at...]) : nil
            }
            guard buffer.count - at <= Self.longest else {
                throw GeneralFault(
                    .tooLarge,
                    code: "line-too-long",
                    "\(name): a line is longer than 64 MiB"
                )
            }
            let moved = at
            try fill()
            searched -= moved
        }
    }

    /// All that was not read yet.
    func rest() throws(GeneralFault) -> [UInt8] {
        while !isAtEnd {
            try fill()
            guard buffer.count <= Self.longest else {
                throw GeneralFault(
                    .tooLarge,
                    code: "file-too-large",
                    "\(name) is larger than 64 MiB"
                )
            }
        }
        defer { at = buffer.count }
        return Array(buffer[at...])
    }

    private func fill() throws(GeneralFault) {
        buffer.removeFirst(at)
        at = 0
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: 1 << 18))
        let count = buffer.withUnsafeMutableBytes {
            read(file, $0.baseAddress.map { $0 + start }, 1 << 18)
        }
        buffer.removeLast((1 << 18) - max(0, count))
        if count < 0, errno != EINTR { throw Self.unreadable(name) }
        isAtEnd = count == 0
    }

    private static func unreadable(_ name: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "unreadable-file",
            "cannot read \(name): \(String(cString: strerror(errno)))"
        )
    }
}
