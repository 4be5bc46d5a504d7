public import Core
import Glibc
import Synchronization

/// The HTTP/1.1 server: strict, on event loops of its own.
///
/// HTTP/2 and internet-facing TLS are the reverse proxy's.
public final class HTTPServer: Service {
    /// The name in logs.
    public let name = "http"
    /// What it was made with.
    public let configuration: Configuration
    let routes: Routes
    private let port = Mutex<Int?>(nil)
    private let admission = Mutex<Admission?>(nil)

    /// A server of `router`.
    public init(_ router: Router, configuration: Configuration = Configuration()) {
        routes = Routes(router)
        self.configuration = configuration
    }

    /// The port it listens on; nil before it is ready.
    public var boundPort: Int? { port.withLock { $0 } }

    /// How many connections are open.
    public var connectionCount: Int { admission.withLock { $0 }?.total ?? 0 }

    /// How many cores this process may use.
    public static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Listens and answers until cancelled, then drains.
    ///
    /// - Parameter ready: called once it listens.
    /// - Throws: `ListenFault` when the address cannot be listened on.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        let listener = try Listener(address: configuration.address, port: configuration.port)
        let admission = Admission(
            limit: configuration.connections,
            limitPerAddress: configuration.connectionsPerAddress
        )
        self.admission.withLock { $0 = admission }
        var workers: [Worker] = []
        for _ in 0..<max(1, configuration.threads) {
            workers.append(
                try Worker(
                    routes: routes,
                    configuration: configuration,
                    listener: listener,
                    admission: admission
                )
            )
        }
        let all = workers
        for worker in all { try worker.loop.start() }
        for worker in all { worker.loop.perform { worker.listen(with: all) } }
        port.withLock { $0 = listener.port }
        ready()
        let cancelled = Latch(1)
        await withTaskCancellationHandler {
            await cancelled.wait()
        } onCancel: {
            cancelled.countDown()
        }
        port.withLock { $0 = nil }
        let drained = Latch(all.count)
        for worker in all {
            worker.loop.perform { worker.drain { drained.countDown() } }
        }
        await drained.wait()
    }
}
