public import Core
import Synchronization

/// What widgets showed a moment ago: strangers' pages may ask as often as they like.
public final class IntentWidgetCache: Sendable {
    /// How long a reading is shown again.
    public static let freshness = Duration.seconds(10)
    /// How many readings are held.
    private static let most = 10_000

    private struct Shown {
        var reading: IntentWidget.Reading
        var at: Timestamp
    }

    private let shown = Mutex<[ID<IntentWidget>: Shown]>([:])

    /// Nothing shown yet.
    public init() {}

    /// A widget's reading of at most ``freshness`` ago, or the one that `make` makes now.
    ///
    /// - Throws: what `make` throws.
    public func reading(
        of widget: IntentWidget,
        at now: Timestamp,
        _ make: (IntentWidget) throws -> IntentWidget.Reading
    ) rethrows -> IntentWidget.Reading {
        let known = shown.withLock { $0[widget.id] }
        if let known, now >= known.at, now - known.at < Self.freshness { return known.reading }
        let reading = try make(widget)
        shown.withLock { shown in
            if shown.count >= Self.most { shown = [:] }
            shown[widget.id] = Shown(reading: reading, at: now)
        }
        return reading
    }
}
