import Synchronization

/// Holds log records between whoever logs and whoever writes them into the store.
///
/// It passes every record on to the log that people read, first. It never blocks: when it is full,
/// records are lost for the store and counted.
public final class LogBuffer: LogSink {
    private struct State {
        var records: [LogRecord] = []
        var lost = 0
    }

    private let next: any LogSink
    private let capacity: Int
    private let state = Mutex(State())

    /// A buffer before `next`.
    ///
    /// - Parameters:
    ///   - next: gets every record at once.
    ///   - capacity: how many records may wait for the store; default 4,096.
    public init(before next: any LogSink, capacity: Int = 4_096) {
        self.next = next
        self.capacity = max(1, capacity)
    }

    /// Passes the record on and keeps it for the store.
    public func write(_ record: LogRecord) {
        next.write(record)
        state.withLock { state in
            if state.records.count < capacity {
                state.records.append(record)
            } else {
                state.lost += 1
            }
        }
    }

    /// Takes out what waits, oldest first, and how many records were lost since the last time.
    public func drain() -> (records: [LogRecord], lost: Int) {
        state.withLock { state in
            defer { state = State() }
            return (state.records, state.lost)
        }
    }
}
