import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A thread for blocking work, so that event loops and the runtime's pool never wait for it.
///
/// Work is done one piece at a time in the order it was given.
public final class WorkerThread: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var started = false
        var closed = false
    }

    private let state = Mutex(State())
    private let wake = ThreadSemaphore()

    /// A thread that starts with its first piece of work.
    public init() {}

    /// Queues `work`; after `close` it is run on the caller's thread instead.
    public func run(_ work: @escaping @Sendable () -> Void) {
        let (refused, starts) = state.withLock { state -> (Bool, Bool) in
            if state.closed { return (true, false) }
            state.work.append(work)
            defer { state.started = true }
            return (false, !state.started)
        }
        if refused {
            work()
            return
        }
        if starts { start() }
        wake.signal()
    }

    /// Runs `work` on the thread and returns what it returns.
    ///
    /// - Throws: what `work` throws.
    public func value<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            run { continuation.resume(with: Result { try work() }) }
        }
    }

    /// Lets the thread end after what is queued.
    public func close() {
        state.withLock { $0.closed = true }
        wake.signal()
    }

    private func start() {
        var thread = pthread_t()
        let this = Unmanaged.passRetained(self)
        let result = pthread_create(&thread, nil, workerMain, this.toOpaque())
        precondition(result == 0, "the system has no thread left")
        pthread_detach(thread)
    }

    fileprivate func loop() {
        while true {
            wake.wait()
            let next = state.withLock { state -> (work: (@Sendable () -> Void)?, ends: Bool) in
                if state.work.isEmpty { return (nil, state.closed) }
                return (state.work.removeFirst(), false)
            }
            if next.ends { return }
            next.work?()
        }
    }
}

private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<WorkerThread>.fromOpaque(argument).takeRetainedValue().loop()
    return nil
}

/// A counting semaphore for threads.
public final class ThreadSemaphore: Sendable {
    // `sem_t` must not move: it lives in an allocation of its own as long as the semaphore.
    nonisolated(unsafe) private let handle: UnsafeMutablePointer<sem_t>

    /// A semaphore at zero.
    public init() {
        handle = .allocate(capacity: 1)
        handle.initialize(to: sem_t())
        sem_init(handle, 0, 0)
    }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    /// Adds one.
    public func signal() {
        sem_post(handle)
    }

    /// Waits for the count to be above zero and takes one.
    public func wait() {
        while sem_wait(handle) != 0, errno == EINTR {}
    }
}
