import Foundation
import Glibc
import Synchronization
import Testing

@testable import HTTP

/// A client that says exactly the bytes it is told to.
final class Client {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Where in `buffer` begins what was not handed out yet.
    private var start = 0
    /// Whether the stream ended with a reset.
    private(set) var wasReset = false
    /// Whether nothing came for 5 s, so that the stream seemed to end.
    private(set) var wasSilent = false

    /// A client that is not connected yet.
    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    /// A connected client; a small receive buffer makes it one that is full early.
    convenience init(port: Int, receiveBuffer: Int32? = nil) throws {
        self.init()
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
        }
        try connect(port: port)
    }

    func connect(port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
    }

    deinit { close(descriptor) }

    /// Sets how many descriptors this process may have, and gives how many it might have before.
    static func limitDescriptors(to count: UInt) -> UInt {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let old = limit.rlim_cur
        limit.rlim_cur = rlim_t(count)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return UInt(old)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends what the socket takes of `bytes` within some milliseconds, and gives how much that was.
    func offer(_ bytes: some Collection<UInt8>, within milliseconds: Int) -> Int {
        var limit = timeval(tv_sec: milliseconds / 1_000, tv_usec: milliseconds % 1_000 * 1_000)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_SNDTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
        let bytes = Array(bytes)
        return max(0, Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)))
    }

    func shutdownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// More bytes, or false at the end of the stream, on a reset and after 5 s.
    private func more() -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &part, part.count)
        if count < 0 {
            wasReset = errno == ECONNRESET
            wasSilent = errno == EAGAIN
        }
        guard count > 0 else { return false }
        if start > 1 << 20 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer += part[..<count]
        return true
    }

    /// The next `count` bytes; throws when the stream ends before.
    func bytes(_ count: Int) throws -> String {
        while buffer.count - start < count { try #require(more(), "the stream ended early") }
        defer { start += count }
        return String(decoding: buffer[start..<(start + count)], as: UTF8.self)
    }

    /// Everything until the stream ends.
    func rest() -> String {
        while more() {}
        defer {
            buffer = []
            start = 0
        }
        return String(decoding: buffer[start...], as: UTF8.self)
    }

    struct Answer {
        var head: String
        var body: [UInt8]
        var status: Int { Int(head.split(separator: " ")[1]) ?? 0 }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// The next answer; throws when the stream ends before it does.
    func answer(hasBody: Bool = true) throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let at = (start..<buffer.count).first(where: { buffer[$0...].starts(with: end) }) {
                let head = String(decoding: buffer[start..<at], as: UTF8.self)
                start = at + 4
                var length = 0
                for line in head.lowercased().components(separatedBy: "\r\n")
                where line.hasPrefix("content-length: ") && hasBody {
                    length = Int(line.dropFirst(16)) ?? 0
                }
                while buffer.count - start < length {
                    try #require(more(), "the body ended early")
                }
                defer { start += length }
                return Answer(head: head, body: Array(buffer[start..<(start + length)]))
            }
            try #require(more(), "no answer")
        }
    }
}

/// Runs blocking work on a thread of its own, so that it cannot starve the tasks it waits for.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws
    -> Result
{
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try work() }) }
    }
}

/// Runs a server on a free port for as long as `work` takes, then drains it.
func withServer(
    _ router: Router,
    configure: (inout HTTPServer.Configuration) -> Void = { _ in },
    _ work: @escaping @Sendable (Int) throws -> Void
) async throws {
    try await withDrain(router, configure: configure) { port, _ in try work(port) }
}

/// As `withServer`, but `work` may let the server begin to drain before it ends.
func withDrain(
    _ router: Router,
    configure: (inout HTTPServer.Configuration) -> Void = { _ in },
    _ work: @escaping @Sendable (Int, @Sendable () -> Void) throws -> Void
) async throws {
    var configuration = HTTPServer.Configuration()
    configuration.port = 0
    configuration.threads = 2
    configure(&configuration)
    let server = HTTPServer(router, configuration: configuration)
    let (signals, ready) = AsyncStream.makeStream(of: Void.self)
    let running = Task { try await server.run { ready.finish() } }
    for await _ in signals {}
    let port = try #require(server.boundPort)
    let outcome: Result<Void, any Error>
    do {
        try await onThread { try work(port) { running.cancel() } }
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    running.cancel()
    try await running.value
    try outcome.get()
}

/// Counts what happens on other threads and lets a test wait for it.
final class Counter: Sendable {
    private let value = Mutex(0)
    func increment() { value.withLock { $0 += 1 } }
    var count: Int { value.withLock { $0 } }

    /// Whether the count comes to `target` within 5 s.
    func reaches(_ target: Int) -> Bool {
        for _ in 0..<1_000 {
            if count >= target { return true }
            usleep(5_000)
        }
        return false
    }
}
