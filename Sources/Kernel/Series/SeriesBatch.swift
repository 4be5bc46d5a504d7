import Core

/// Points of some series that are written together: all of them, or none.
public struct SeriesBatch: Sendable {
    /// The points of one series.
    public struct Entry: Sendable {
        /// The series.
        public var name: SeriesName
        /// Its unit; nil when the batch does not say.
        public var unit: String?
        /// Its kind; nil when the batch does not say.
        public var kind: SeriesKind?
        /// The points, in the order given.
        public var points: [SeriesPoint]
        /// Where in the input the series first is, for what is refused about it.
        public var place: String

        /// The points of one series.
        public init(
            _ name: SeriesName,
            unit: String? = nil,
            kind: SeriesKind? = nil,
            points: [SeriesPoint],
            place: String = ""
        ) {
            self.name = name
            self.unit = unit
            self.kind = kind
            self.points = points
            self.place = place
        }
    }

    /// Each series once.
    public private(set) var entries: [Entry] = []
    /// How many points all have.
    public private(set) var count = 0
    private var places: [SeriesName: Int] = [:]

    /// A batch of nothing.
    public init() {}

    /// Adds points, to those of the same series when there are some.
    ///
    /// - Throws: `SeriesError` of code `differs` when the batch gives the series two units or kinds.
    public mutating func add(_ entry: Entry) throws(SeriesError) {
        count += entry.points.count
        guard let index = places[entry.name] else {
            places[entry.name] = entries.count
            entries.append(entry)
            return
        }
        entries[index].unit = try Self.same(entries[index].unit, entry.unit, "unit", entry.place)
        let kind = try Self.same(
            entries[index].kind?.rawValue,
            entry.kind?.rawValue,
            "kind",
            entry.place
        )
        entries[index].kind = kind.flatMap(SeriesKind.init)
        entries[index].points += entry.points
    }

    /// Adds one point, given line by line.
    public mutating func add(
        _ point: SeriesPoint,
        to name: SeriesName,
        unit: String? = nil,
        kind: SeriesKind? = nil,
        place: String
    ) throws(SeriesError) {
        if unit == nil, kind == nil, let index = places[name] {
            count += 1
            entries[index].points.append(point)
            return
        }
        try add(Entry(name, unit: unit, kind: kind, points: [point], place: place))
    }

    private static func same(
        _ known: String?,
        _ given: String?,
        _ what: String,
        _ place: String
    ) throws(SeriesError) -> String? {
        guard let known, let given, known != given else { return known ?? given }
        throw SeriesError(
            .differs,
            "the batch gives one series two \(what)s, \"\(known)\" and \"\(given.prefix(40))\"",
            pointer: place
        )
    }
}
