import Foundation
import Glibc
import Testing

/// Node's HTTP server, which answers what it saw of each request; strict, as it is by default.
final class NodeServer {
    /// Where it is; nil when it is not installed.
    static let program: String? = {
        let places: [String] = ["/usr/bin/node", "/usr/local/bin/node"]
        return places.first { access($0, X_OK) == 0 }
    }()

    private static let script = """
        const hex = text => Buffer.from(text, 'latin1').toString('hex');
        const server = require('node:http').createServer(
          {insecureHTTPParser: false, maxHeaderSize: 16384},
          (request, response) => {
            const parts = [];
            request.on('data', part => parts.push(part));
            request.on('end', () => {
              const fields = [];
              for (let at = 0; at < request.rawHeaders.length; at += 2)
                fields.push(hex(request.rawHeaders[at]) + ':' + hex(request.rawHeaders[at + 1]));
              const text = [request.method, hex(request.url), 'HTTP/' + request.httpVersion,
                fields.join(','), Buffer.concat(parts).toString('hex')].join(' ');
              response.setHeader('Content-Length', text.length);
              response.end(text);
            });
          });
        server.httpAllowHalfOpen = true;
        // After what is under way was answered, which Node's own way does not wait for.
        server.on('clientError', (error, socket) => setTimeout(() => {
          if (socket.writable)
            socket.end('HTTP/1.1 400 ' + error.code + '\\r\\nContent-Length: 0\\r\\n\\r\\n');
        }, 2));
        server.listen(0, '127.0.0.1', () => console.log(server.address().port));
        """

    private let process = Process()
    let port: Int

    init(_ program: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-e", Self.script]
        process.standardOutput = output
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let part = output.fileHandleForReading.availableData
            try #require(!part.isEmpty, "node did not come up")
            line += String(decoding: part, as: UTF8.self)
        }
        port = try #require(Int(line.dropLast()))
    }

    deinit { process.terminate() }
}
