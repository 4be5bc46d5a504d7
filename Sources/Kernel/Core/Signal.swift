/// Tells one waiting task that something may have changed; several notifications count as one.
public final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// A signal that nobody has given yet.
    public init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Gives the signal; never waits.
    public func notify() {
        continuation.yield()
    }

    /// Runs `body` now, after each notification, and every `interval`, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: how often to look even when nobody notifies.
    ///   - clock: measures the interval.
    ///   - body: what to do; it is never run twice at once.
    /// - Throws: what `body` throws; not `CancellationError`.
    public func forEach(
        orEvery interval: Duration,
        clock: any WallClock,
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    do {
                        try await clock.sleep(for: interval)
                    } catch {
                        return
                    }
                    self.notify()
                }
            }
            defer { group.cancelAll() }
            try await body()
            for await _ in stream {
                if Task.isCancelled { return }
                try await body()
            }
        }
    }
}
