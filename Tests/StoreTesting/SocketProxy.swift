import Core
import Glibc
import Synchronization

/// Stands between a client and a PostgreSQL server's socket, and can lose answers or requests.
public final class SocketProxy: Sendable {
    /// What is lost.
    public enum Loss: Sendable {
        /// Nothing.
        case none
        /// The next request reaches the server, its answer does not come back: the connection ends.
        case answer
        /// The next request does not reach the server: the connection ends.
        case request
        /// The connection ends, and the next request reaches the server when ``deliver()`` says so.
        case late
    }

    /// The folder to connect to, as `host`.
    public let folder: String
    private let server: String
    private let listener: Int32
    private let loss = Mutex(Loss.none)
    private let losses = Mutex(0)
    private let isDue = ThreadSemaphore()
    private let isDelivered = ThreadSemaphore()

    /// A proxy before the server whose socket is in `server`.
    ///
    /// - Throws: when the socket cannot be made.
    public init(before server: String) throws {
        self.server = server
        folder = server + "-p"
        mkdir(folder, 0o755)
        unlink(folder + "/.s.PGSQL.5432")
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = Self.withAddress(folder) { bind(listener, $0, $1) }
        guard bound == 0, listen(listener, 16) == 0 else {
            throw ServerFailure(message: "no socket: \(String(cString: strerror(errno)))")
        }
        let this = Unmanaged.passRetained(self)
        Self.thread { this.takeRetainedValue().accept() }
    }

    /// How often something was lost.
    public var lost: Int { losses.withLock { $0 } }

    /// Loses something once, from now on.
    public func lose(_ what: Loss) {
        loss.withLock { $0 = what }
    }

    /// Gives the server the request that is held back, and waits until it has done with it.
    public func deliver() {
        isDue.signal()
        isDelivered.wait()
    }

    /// Ends the listener; connections go with their ends.
    public func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
        unlink(folder + "/.s.PGSQL.5432")
        rmdir(folder)
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            guard Self.withAddress(server, { connect(upstream, $0, $1) }) == 0 else {
                Glibc.close(client)
                Glibc.close(upstream)
                continue
            }
            Self.thread { [self] in
                pump(client, upstream)
                Glibc.close(client)
                Glibc.close(upstream)
            }
        }
    }

    private func pump(_ client: Int32, _ upstream: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var isDeaf = false
        while true {
            var waiting = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            // A deaf one waits until the server has certainly done what it was asked for.
            let ready = poll(&waiting, 2, isDeaf ? 300 : -1)
            if ready == 0 { return }
            if waiting[0].revents != 0 {
                let count = read(client, &buffer, buffer.count)
                guard count > 0 else { return }
                let now = loss.withLock { loss in
                    defer { loss = .none }
                    return loss
                }
                if now != .none { losses.withLock { $0 += 1 } }
                if now == .request { return }
                if now == .answer { isDeaf = true }
                if now == .late {
                    return deliverLate(buffer[..<count], client, upstream)
                }
                guard Self.send(buffer[..<count], to: upstream) else { return }
            }
            if waiting[1].revents != 0 {
                let count = read(upstream, &buffer, buffer.count)
                guard count > 0 else { return }
                if !isDeaf { guard Self.send(buffer[..<count], to: client) else { return } }
            }
        }
    }

    private func deliverLate(_ request: ArraySlice<UInt8>, _ client: Int32, _ upstream: Int32) {
        shutdown(client, Int32(SHUT_RDWR))
        isDue.wait()
        defer { isDelivered.signal() }
        guard Self.send(request, to: upstream) else { return }
        // The server has done with it when it says nothing more.
        var waiting = pollfd(fd: upstream, events: Int16(POLLIN), revents: 0)
        var answer = [UInt8](repeating: 0, count: 65_536)
        while poll(&waiting, 1, 300) > 0, read(upstream, &answer, answer.count) > 0 {}
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.send(
                    socket,
                    bytes.baseAddress.map { $0 + done },
                    bytes.count - done,
                    Int32(MSG_NOSIGNAL)
                )
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private static func withAddress<Result>(
        _ folder: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array((folder + "/.s.PGSQL.5432").utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        let work = WorkerThreadBody(body)
        var thread = pthread_t()
        pthread_create(&thread, nil, threadMain, Unmanaged.passRetained(work).toOpaque())
        pthread_detach(thread)
    }
}

private final class WorkerThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<WorkerThreadBody>.fromOpaque(argument).takeRetainedValue().body()
    return nil
}
