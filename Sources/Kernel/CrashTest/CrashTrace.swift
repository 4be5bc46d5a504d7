import Core
import Synchronization

/// What happened in a run, in order, for people who look for the reason of a broken promise.
final class CrashTrace: Sendable {
    private let clock: ManualClock
    private let began: Timestamp
    private let entries = Mutex<[String]>([])

    init(clock: ManualClock) {
        self.clock = clock
        began = clock.now()
    }

    /// Notes something at the present moment.
    func note(_ what: String) {
        let micros = (clock.now() - began).microseconds
        let second = "\(micros / 1_000_000)"
        let fraction = "\(1_000 + micros / 1_000 % 1_000)".dropFirst()
        entries.withLock { $0.append("\(second).\(fraction) s  \(what)") }
    }

    var lines: [String] { entries.withLock { $0 } }
}
