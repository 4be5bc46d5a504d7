import Core
import Glibc
import MCP

/// The page on this machine that a browser comes back to (RFC 8252 section 7.3), for one visit at a time.
final class CallbackPage: Sendable {
    /// Where the browser is sent.
    let address: String
    private let listener: Int32
    private let thread = WorkerThread()
    private static let path = "/callback"

    /// Listens on the loopback interface alone; port 0 takes a free one.
    init(port: Int) throws(GeneralFault) {
        let descriptor = socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard descriptor >= 0, bound else {
            if descriptor >= 0 { close(descriptor) }
            throw GeneralFault(
                .unavailable,
                code: "no-callback-port",
                "port \(port) of this machine cannot be listened on"
            )
        }
        listener = descriptor
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))\(Self.path)"
    }

    deinit {
        close(listener)
        thread.close()
    }

    /// Waits until a browser brings an answer, at most five minutes.
    func visit() async throws -> AuthorisationReturn {
        let listener = listener
        return try await thread.value { try Self.wait(listener) }
    }

    private static func wait(_ listener: Int32) throws(GeneralFault) -> AuthorisationReturn {
        let end = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < end {
            var polled = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 500) > 0 else { continue }
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            defer { close(connection) }
            var patience = timeval(tv_sec: 5, tv_usec: 0)
            setsockopt(
                connection,
                SOL_SOCKET,
                SO_RCVTIMEO,
                &patience,
                socklen_t(MemoryLayout<timeval>.size)
            )
            if let answer = serve(connection) { return answer }
        }
        throw GeneralFault(.timeout, code: "sign-in-timeout", "nobody came back from the browser")
    }

    /// Reads one request; nil when it is not the one that is waited for.
    private static func serve(_ connection: Int32) -> AuthorisationReturn? {
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while head.count < 32_768, !head.contains(sequence: [13, 10, 13, 10]) {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            head += chunk[..<count]
        }
        let line = head.prefix { $0 != 13 }
        let parts = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard parts.count == 3, parts[0] == "GET", parts[1].hasPrefix(path + "?") else {
            answer(connection, "404 Not Found", "There is nothing here.")
            return nil
        }
        answer(connection, "200 OK", "Weft has the answer. You can close this page.")
        return AuthorisationReturn(query: String(parts[1].dropFirst(path.count + 1)))
    }

    private static func answer(_ connection: Int32, _ status: String, _ text: String) {
        let body = "<!doctype html><meta charset=utf-8><title>Weft</title><p>\(text)"
        let response =
            "HTTP/1.1 \(status)\r\nContent-Type: text/html; charset=utf-8\r\n"
            + "Content-Length: \(body.utf8.count)\r\nCache-Control: no-store\r\n"
            + "Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n\(body)"
        let bytes = Array(response.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}

extension [UInt8] {
    fileprivate func contains(sequence: [UInt8]) -> Bool {
        guard count >= sequence.count else { return false }
        return (0...(count - sequence.count)).contains {
            self[$0..<($0 + sequence.count)].elementsEqual(sequence)
        }
    }
}
