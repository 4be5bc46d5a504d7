import Synchronization

/// Lets all who want the same at one time share one attempt at it.
///
/// Who comes first makes the attempt, the others get what came of it. When the first one is cancelled, one
/// of the others makes another attempt.
final class SharedAttempt<Value: Sendable>: Sendable {
    private typealias Answer = Result<Value, OutsideFault>

    private struct State {
        var isUnderWay = false
        var next = 0
        /// They hear what came of the attempt; nil tells them to look again.
        var waiting: [Int: CheckedContinuation<Answer?, Never>] = [:]
    }

    private let state = Mutex(State())

    /// How many wait for somebody else's attempt.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Makes the attempt, or waits for the one that is under way.
    func callAsFunction(
        _ attempt: () async throws(OutsideFault) -> Value
    ) async throws(OutsideFault) -> Value {
        while true {
            let isOurs = state.withLock { state in
                defer { state.isUnderWay = true }
                return !state.isUnderWay
            }
            if isOurs { return try await lead(attempt) }
            if let answer = await follow() { return try answer.get() }
        }
    }

    private func lead(
        _ attempt: () async throws(OutsideFault) -> Value
    ) async throws(OutsideFault) -> Value {
        let answer: Answer
        do throws(OutsideFault) {
            answer = .success(try await attempt())
        } catch {
            answer = .failure(error)
        }
        var shared: Answer? = answer
        // That somebody else does not wait any more is no failure of the server's.
        if case .failure = answer, Task.isCancelled { shared = nil }
        let waiting = state.withLock { state in
            state.isUnderWay = false
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: shared) }
        return try answer.get()
    }

    /// What came of somebody else's attempt; nil to look again.
    private func follow() async -> Answer? {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer?, Never>) in
                let answer = state.withLock { state -> Answer?? in
                    if Task.isCancelled { return .some(Self.givenUp) }
                    guard state.isUnderWay else { return .some(nil) }
                    state.waiting[number] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?
                .resume(returning: Self.givenUp)
        }
    }

    private static var givenUp: Answer {
        .failure(OutsideFault(.cutOff, "the request was given up"))
    }
}
