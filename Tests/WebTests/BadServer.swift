import Foundation
import Glibc
import Testing

/// `Tests/Servers/web_server.py` in a child process, one for all tests.
final class BadServer: Sendable {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appending(path: ".venv/bin/python").path
    static let isAvailable = FileManager.default.isExecutableFile(atPath: python)
    static let shared = Result { try BadServer() }

    let port: Int
    let securePort: Int
    /// Trusts the server's certificate.
    let certificates: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "weft-web-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: Self.python)
        let script = Self.root.appending(path: "Tests/Servers/web_server.py").path
        process.arguments = [script, folder.path]
        process.standardOutput = output
        // The end of this pipe, when the tests end, ends the server.
        process.standardInput = Pipe()
        try process.run()
        var line = ""
        while !line.hasSuffix("\n"), case let more = output.fileHandleForReading.availableData,
            !more.isEmpty
        {
            line += String(decoding: more, as: UTF8.self)
        }
        let words = line.split(whereSeparator: \.isWhitespace)
        port = try #require(words.count == 3 ? Int(words[1]) : nil)
        securePort = try #require(Int(words[2]))
        certificates = folder.appending(path: "certificate.pem").path
    }
}
