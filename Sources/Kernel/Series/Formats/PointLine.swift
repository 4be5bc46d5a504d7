import Core

/// What one line of a text says of a point, before it is known to be one.
struct PointLine {
    /// Reads a time: RFC 3339, or a whole number of `unit` microseconds.
    static func time(_ text: String) -> Timestamp? {
        if let micros = Int64(text) { return Timestamp(microseconds: micros) }
        return Timestamp(text)
    }

    static func fault(_ line: Int, _ message: String) -> SeriesError {
        SeriesError(.malformed, message, pointer: place(line))
    }

    static func place(_ line: Int) -> String { "line \(line)" }

    /// The same refusal, about a line.
    static func at(_ line: Int, _ error: SeriesError) -> SeriesError {
        SeriesError(error.reason, error.message, pointer: place(line))
    }

    /// The lines of a text, counted from 1, without their ends.
    static func lines(_ text: String) -> some Sequence<(offset: Int, element: Substring)> {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .enumerated().lazy.map { (offset: $0.offset + 1, element: $0.element) }
    }
}

/// The forms that a text of points may have.
public enum PointFormat: String, Sendable, CaseIterable {
    /// A JSON object on each line.
    case ndjson
    /// Rows with a header line.
    case csv
    /// InfluxDB's line protocol.
    case line

    /// Reads a text into an intake.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - precision: what a time in line protocol counts.
    ///   - intake: takes the points.
    /// - Throws: `SeriesError` whose pointer is `line N`.
    public func read(
        _ text: String,
        precision: LineProtocol.Precision = .nanoseconds,
        into intake: inout SeriesIntake
    ) throws(SeriesError) {
        switch self {
        case .ndjson: try PointObjects.read(text, into: &intake)
        case .csv: try PointRows.read(text, into: &intake)
        case .line: try LineProtocol(precision: precision).read(text, into: &intake)
        }
    }
}
