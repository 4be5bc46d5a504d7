import Core
import Synchronization

/// Those who wait in this process for executions to end.
final class EndWaiters: Sendable {
    private struct State {
        var next = 0
        var waiting: [ID<Execution>: [Int: CheckedContinuation<Bool, Never>]] = [:]
    }

    private let state = Mutex(State())

    /// Whether somebody waits for an execution.
    func isAwaited(_ id: ID<Execution>) -> Bool { state.withLock { $0.waiting[id] != nil } }

    /// Waits until an execution ends here.
    ///
    /// - Returns: false when the task was cancelled.
    func wait(for id: ID<Execution>) async -> Bool {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.waiting[id, default: [:]][number] = continuation
                    return false
                }
                if isCancelled { continuation.resume(returning: false) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiting[id]?.removeValue(forKey: number)
                if state.waiting[id]?.isEmpty == true { state.waiting[id] = nil }
                return waiter
            }
            waiter?.resume(returning: false)
        }
    }

    /// An execution has ended.
    func ended(_ id: ID<Execution>) {
        let waiters = state.withLock { $0.waiting.removeValue(forKey: id) }
        for waiter in (waiters ?? [:]).values { waiter.resume(returning: true) }
    }
}
