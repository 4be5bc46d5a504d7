import Core

/// InfluxDB's line protocol: `measurement,tag=value field=1.5,other=3i time`.
///
/// A field is a series `measurement.field`, and the field `value` is `measurement` itself. Numbers,
/// whole numbers (`3i`, `3u`) and truth values (as 1 and 0) are taken; a field of text is refused.
public struct LineProtocol: Sendable {
    /// What a time counts.
    public enum Precision: String, Sendable, CaseIterable {
        case nanoseconds = "ns"
        case microseconds = "us"
        case milliseconds = "ms"
        case seconds = "s"

        func timestamp(_ count: Int64) -> Timestamp? {
            switch self {
            case .nanoseconds: return Timestamp(microseconds: count.floored(to: 1_000) / 1_000)
            case .microseconds: return Timestamp(microseconds: count)
            case .milliseconds, .seconds:
                let factor: Int64 = self == .seconds ? 1_000_000 : 1_000
                let (micros, overflow) = count.multipliedReportingOverflow(by: factor)
                return overflow ? nil : Timestamp(microseconds: micros)
            }
        }
    }

    let precision: Precision

    /// - Throws: `SeriesError` whose pointer is `line N`.
    func read(_ text: String, into intake: inout SeriesIntake) throws(SeriesError) {
        for (number, line) in PointLine.lines(text) {
            let bytes = Array(line.utf8)
            guard let first = bytes.first(where: { $0 != UInt8(ascii: " ") }),
                first != UInt8(ascii: "#")
            else { continue }
            do {
                try take(bytes, number, into: &intake)
            } catch {
                throw PointLine.at(number, error)
            }
        }
    }

    private func take(
        _ line: [UInt8],
        _ number: Int,
        into intake: inout SeriesIntake
    ) throws(SeriesError) {
        let parts = Self.split(line[...], at: UInt8(ascii: " ")).filter { !$0.isEmpty }
        guard parts.count == 2 || parts.count == 3 else {
            throw Self.wrong("expected `measurement,tags fields time`")
        }
        var at = intake.now
        if parts.count == 3 {
            guard let count = Int64(String(decoding: parts[2], as: UTF8.self)),
                let time = precision.timestamp(count)
            else {
                throw Self.wrong("expected a whole number of \(precision.rawValue) as the time")
            }
            at = time
        }
        let head = Self.split(parts[0], at: UInt8(ascii: ","))
        let measurement = Self.plain(head[0])
        var labels: [SeriesName.Label] = []
        for tag in head.dropFirst() {
            let sides = Self.split(tag, at: UInt8(ascii: "="))
            guard sides.count == 2 else { throw Self.wrong("expected tags like key=value") }
            labels.append(.init(key: Self.plain(sides[0]), value: Self.plain(sides[1])))
        }
        for field in Self.split(parts[1], at: UInt8(ascii: ",")) {
            let sides = Self.split(field, at: UInt8(ascii: "="))
            guard sides.count == 2, let value = Self.value(sides[1]) else {
                throw Self.wrong("expected fields like key=1.5, key=3i or key=true")
            }
            let key = Self.plain(sides[0])
            try intake.take(
                SeriesPoint(at: at, value: value),
                of: try SeriesName(
                    key == "value" ? measurement : "\(measurement).\(key)",
                    labels: labels
                ),
                place: PointLine.place(number)
            )
        }
    }

    private static func value(_ text: ArraySlice<UInt8>) -> Double? {
        switch String(decoding: text, as: UTF8.self) {
        case "t", "T", "true", "True", "TRUE": return 1
        case "f", "F", "false", "False", "FALSE": return 0
        case let text where text.hasSuffix("i"): return Int64(text.dropLast()).map(Double.init)
        case let text where text.hasSuffix("u"): return UInt64(text.dropLast()).map(Double.init)
        case let text:
            guard let first = text.utf8.first,
                (0x30...0x39).contains(first) || "+-.".utf8.contains(first)
            else { return nil }
            return Double(text)
        }
    }

    /// The parts between separators that no backslash stands before.
    private static func split(
        _ bytes: ArraySlice<UInt8>,
        at separator: UInt8
    ) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var at = start
        while at < bytes.endIndex {
            if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.endIndex {
                at += 2
                continue
            }
            if bytes[at] == separator {
                parts.append(bytes[start..<at])
                start = at + 1
            }
            at += 1
        }
        parts.append(bytes[start..<bytes.endIndex])
        return parts
    }

    /// Without the backslashes before commas, equals signs and spaces.
    private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "\\")) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var plain: [UInt8] = []
        var at = bytes.startIndex
        while at < bytes.endIndex {
            if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.endIndex,
                ", =\\".utf8.contains(bytes[at + 1])
            {
                at += 1
            }
            plain.append(bytes[at])
            at += 1
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func wrong(_ message: String) -> SeriesError { SeriesError(.malformed, message) }
}
