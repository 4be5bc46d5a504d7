public import Core

/// Why points or a question about them are refused.
public struct SeriesError: Fault, Equatable {
    /// The sorts of refusal.
    public enum Code: String, Sendable {
        /// A name, label, unit or kind is not allowed.
        case invalidName = "invalid-series"
        /// A value is not finite, or a time or status is out of range.
        case invalidPoint = "invalid-point"
        /// The text of points cannot be read.
        case malformed = "malformed-points"
        /// The time lies outside what is accepted now.
        case outsideWindow = "outside-window"
        /// The series has another unit or kind.
        case differs = "series-differs"
        /// The organisation has as many series as it may.
        case tooManySeries = "too-many-series"
        /// A batch has more points or series than one may.
        case batchTooLarge = "batch-too-large"
        /// A question would read or answer too much.
        case queryTooLarge = "query-too-large"
        /// There is no such series.
        case notFound = "series-not-found"
        /// A setting contradicts itself.
        case invalidSetting = "invalid-configuration"
        /// Stored bytes are not what was written.
        case corrupt = "series-corrupt"
    }

    /// The sort of refusal.
    public var reason: Code
    /// What was found, and what was expected.
    public var message: String
    /// Where in the input; nil when it is not about a part of it.
    public var pointer: String?

    /// A refusal.
    public init(_ reason: Code, _ message: String, pointer: String? = nil) {
        self.reason = reason
        self.message = message
        self.pointer = pointer
    }

    /// The sort of refusal in kebab case.
    public var code: String { reason.rawValue }

    /// Damage is ours, a full catalogue contradicts the present state, the rest is the caller's.
    public var kind: FaultKind {
        switch reason {
        case .corrupt: .internal
        case .tooManySeries, .differs: .conflict
        case .malformed: .malformed
        case .notFound: .notFound
        case .batchTooLarge: .tooLarge
        case .invalidName, .invalidPoint, .outsideWindow, .queryTooLarge, .invalidSetting: .invalid
        }
    }
}
