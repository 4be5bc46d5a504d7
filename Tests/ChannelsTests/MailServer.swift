import Core
import Foundation
import Glibc
import Testing

/// A real SMTP server of its own for a test: aiosmtpd in a child process.
final class MailServer {
    /// The project's Python; made by `scripts/deps`.
    static let python = root.appending(path: ".venv/bin/python").path
    static let isAvailable = FileManager.default.isExecutableFile(atPath: python)
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let script = root.appending(path: "Tests/Servers/mail_server.py").path

    /// One accepted mail.
    struct Accepted {
        var from: String
        var to: [String]
        var content: String
        var user: String?
        var encrypted: Bool
    }

    /// The server's certificate, when it was started with `starttls`.
    var certificates: String { folder.appending(path: "certificate.pem").path }

    let port: Int
    private let folder: URL
    private let process: pid_t

    /// Starts a server; `port` 0 takes a free one.
    init(port: Int = 0, _ options: JSON = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "weft-mail-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        // The child has its copy as standard output; other children must not hold this one open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let words = [Self.python, Self.script, "\(port)", folder.path, options.text()]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        try #require(posix_spawn(&child, Self.python, &actions, nil, arguments, environ) == 0)
        process = child
        close(ends[1])
        let output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        // Python may write the line feed by itself.
        var line = ""
        while !line.hasSuffix("\n"), case let more = output.availableData, !more.isEmpty {
            line += String(decoding: more, as: UTF8.self)
        }
        self.port = try #require(Int(line.split(separator: " ").last?.dropLast() ?? ""))
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Ends the server at once, as a crash would.
    func stop() {
        guard kill(process, SIGKILL) == 0 else { return }
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// The mails accepted so far.
    func accepted() throws -> [Accepted] {
        var mails: [Accepted] = []
        while let data = try? Data(contentsOf: folder.appending(path: "\(mails.count + 1).json")) {
            let json = try JSON(parsing: Array(data))
            mails.append(
                Accepted(
                    from: try #require(json["from"]?.string),
                    to: try #require(json["to"]?.array).compactMap(\.string),
                    content: try #require(json["content"]?.string),
                    user: json["user"]?.string,
                    encrypted: json["tls"]?.bool == true
                )
            )
        }
        return mails
    }

    /// How many recipients were named to the server so far, refused ones included.
    var attempts: Int {
        let text = try? String(contentsOf: folder.appending(path: "attempts"), encoding: .utf8)
        return text.flatMap(Int.init) ?? 0
    }
}
