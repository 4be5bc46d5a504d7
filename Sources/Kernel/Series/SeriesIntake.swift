public import Core

/// Collects the points of a batch and checks each where it stands, so that what is refused is refused
/// with its place.
public struct SeriesIntake {
    /// What was collected.
    public private(set) var batch = SeriesBatch()
    /// When it came, for points without a time.
    public let now: Timestamp
    private let store: SeriesStore
    private let organisation: ID<Organisation>
    private var windows: [String: SeriesWindow] = [:]

    /// An intake for an organisation.
    public init(_ store: SeriesStore, organisation: ID<Organisation>, now: Timestamp) {
        self.store = store
        self.organisation = organisation
        self.now = now
    }

    /// Takes a point.
    ///
    /// - Parameters:
    ///   - point: the point.
    ///   - name: its series.
    ///   - unit: the series' unit, if it is said.
    ///   - kind: the series' kind, if it is said.
    ///   - place: where it is in the input: a JSON Pointer, or `line 7`.
    /// - Throws: `SeriesError`, with the place as its pointer.
    public mutating func take(
        _ point: SeriesPoint,
        of name: SeriesName,
        unit: String? = nil,
        kind: SeriesKind? = nil,
        place: @autoclosure () -> String
    ) throws(SeriesError) {
        let window: SeriesWindow
        if let known = windows[name.name] {
            window = known
        } else {
            window = store.window(of: name.name, in: organisation, now: now)
            windows[name.name] = window
        }
        if let refusal = window.refusal(of: point) {
            throw SeriesError(refusal.reason, refusal.message, pointer: place())
        }
        guard batch.count < store.limits.pointsPerBatch else {
            throw SeriesError(
                .batchTooLarge,
                "a batch has at most \(store.limits.pointsPerBatch) points; send it in parts",
                pointer: place()
            )
        }
        try batch.add(point, to: name, unit: unit, kind: kind, place: place())
    }

    /// What was collected, looked at as a whole; see ``SeriesStore/prepare(_:organisation:now:)``.
    ///
    /// - Throws: `SeriesError`.
    public func prepared() throws(SeriesError) -> SeriesStore.Prepared {
        try store.prepare(batch, organisation: organisation, now: now)
    }
}

/// From when to when points of a series are accepted.
public struct SeriesWindow: Sendable {
    /// The earliest.
    public let first: Timestamp
    /// The latest.
    public let last: Timestamp

    /// Why a point is refused; nil when it is not.
    func refusal(of point: SeriesPoint) -> SeriesError? {
        guard point.value.isFinite else {
            return SeriesError(
                .invalidPoint,
                "a value must be a finite number, found \(point.value)"
            )
        }
        guard point.at >= first, point.at <= last else {
            return SeriesError(
                .outsideWindow,
                "points are accepted from \(first) to \(last) now, found \(point.at)"
            )
        }
        return nil
    }
}
