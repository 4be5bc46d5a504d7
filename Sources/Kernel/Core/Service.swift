import Synchronization

/// Something that lives as long as the program: a listener, a dispatcher, a delivery worker.
public protocol Service: Sendable {
    /// The name in logs.
    var name: String { get }

    /// Runs until the task is cancelled, then winds down and returns.
    ///
    /// - Parameter ready: to be called once, when the service does its work.
    /// - Throws: what makes the service unable to go on; the group then stops all others.
    func run(ready: @escaping @Sendable () -> Void) async throws
}

/// Why a group of services ended.
public struct ServiceFailure: Error, Sendable, CustomStringConvertible {
    /// The service that ended first.
    public var service: String
    /// Its error; nil when it returned although nobody had asked it to.
    public var underlying: (any Error)?

    /// One sentence.
    public var description: String {
        if let underlying { return "service \(service) failed: \(underlying)" }
        return "service \(service) ended unexpectedly"
    }
}

/// Runs services: starts them in list order, each once the one before is ready; stops them reversed.
public struct ServiceGroup: Sendable {
    private let services: [any Service]
    private let deadline: Duration
    private let log: @Sendable (String) -> Void

    /// A group over `services`.
    ///
    /// - Parameters:
    ///   - services: in the order to start them.
    ///   - deadline: how long all of them together may take to stop. Default 10 s.
    ///   - log: hears of starts, stops and services left behind.
    public init(
        _ services: [any Service],
        deadline: Duration = .seconds(10),
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.services = services
        self.deadline = deadline
        self.log = log
    }

    /// Runs until `shutdown` returns, a service ends, or the task is cancelled.
    ///
    /// A service that does not stop by the deadline is left behind and named in the log.
    ///
    /// - Throws: `ServiceFailure` when a service ended by itself.
    public func run(
        ready: @escaping @Sendable () -> Void = {},
        until shutdown: @escaping @Sendable () async -> Void
    ) async throws {
        let (exits, exited) = AsyncStream.makeStream(of: Exit.self)
        var running: [(name: String, task: Task<Void, Never>)] = []
        var failure: ServiceFailure?
        for service in services where failure == nil {
            let gate = Gate()
            let name = service.name
            // The group owns these tasks: it awaits or abandons each of them below.
            let task = Task {
                do {
                    try await service.run { gate.open() }
                    exited.yield(.service(name, nil))
                } catch {
                    exited.yield(.service(name, error))
                }
                gate.open()
            }
            running.append((name, task))
            await gate.wait()
            log("started \(name)")
        }
        let waiter = Task {
            await shutdown()
            exited.yield(.shutdown)
        }
        ready()
        let first = await withTaskCancellationHandler {
            var iterator = exits.makeAsyncIterator()
            return await iterator.next() ?? .shutdown
        } onCancel: {
            exited.yield(.shutdown)
        }
        if case .service(let name, let error) = first {
            failure = ServiceFailure(service: name, underlying: error)
        }
        waiter.cancel()
        await stop(running)
        exited.finish()
        if let failure { throw failure }
    }

    private func stop(_ running: [(name: String, task: Task<Void, Never>)]) async {
        let limit = ContinuousClock.now + deadline
        for (name, task) in running.reversed() {
            task.cancel()
            let gate = Gate()
            let watch = Task {
                await task.value
                gate.open(true)
            }
            let timer = Task {
                try? await Task.sleep(until: limit, clock: .continuous)
                gate.open(false)
            }
            let stopped = await gate.wait()
            timer.cancel()
            if stopped {
                log("stopped \(name)")
            } else {
                watch.cancel()
                log("\(name) did not stop within the deadline and was left behind")
            }
        }
    }

    private enum Exit: Sendable {
        case service(String, (any Error)?)
        case shutdown
    }
}

/// A one-shot signal that can be opened from anywhere and awaited once.
final class Gate: Sendable {
    private enum State {
        case closed
        case awaited(CheckedContinuation<Bool, Never>)
        case open(Bool)
    }

    private let state = Mutex<State>(.closed)

    func open(_ value: Bool = true) {
        let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            switch state {
            case .closed:
                state = .open(value)
                return nil
            case .awaited(let continuation):
                state = .open(value)
                return continuation
            case .open:
                return nil
            }
        }
        waiter?.resume(returning: value)
    }

    @discardableResult
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state -> Bool? in
                if case .open(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
