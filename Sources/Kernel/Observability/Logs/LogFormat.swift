import Core

/// How a log record becomes a line.
public enum LogFormat: Sendable {
    /// One JSON object: `time`, `level`, `message`, `traceId`, `spanId`, then the fields.
    case json
    /// For a person at a terminal: time of day, level, message, `key=value`.
    case terminal

    /// Strings longer than this many bytes are cut when a line would be too long.
    private static let longestString = 1_024

    /// The line, with its line feed, at most `limit` bytes long.
    ///
    /// When it would be longer, long strings are cut; when that is not enough, the fields are left out
    /// and `truncated` says so. A line is always whole JSON, and always one line.
    ///
    /// - Parameters:
    ///   - record: what was logged.
    ///   - limit: in bytes, at least 512. Default 8 KiB.
    /// - Returns: UTF-8.
    public func line(_ record: LogRecord, limit: Int = 8_192) -> [UInt8] {
        let limit = max(512, limit)
        let whole = line(record)
        guard whole.count > limit else { return whole }
        var shorter = record
        // A quarter of the limit leaves room for escapes, which at worst make six bytes of one.
        shorter.message = Self.cut(record.message, limit / 16)
        shorter.fields = JSONObject(
            record.fields.map { ($0.key, Self.cut($0.value, min(Self.longestString, limit / 8))) }
        )
        shorter.fields["truncated"] = true
        let cut = line(shorter)
        guard cut.count > limit else { return cut }
        shorter.fields = JSONObject([("truncated", true)])
        return line(shorter)
    }

    private func line(_ record: LogRecord) -> [UInt8] {
        switch self {
        case .json: Self.json(record)
        case .terminal: Self.terminal(record)
        }
    }

    private static func json(_ record: LogRecord) -> [UInt8] {
        var object = JSONObject()
        object["time"] = record.time.json
        object["level"] = .string(record.level.rawValue)
        object["message"] = .string(record.message)
        if let trace = record.trace {
            object["traceId"] = .string(trace.traceID)
            object["spanId"] = .string(String(trace.description.split(separator: "-")[2]))
        }
        for field in record.fields {
            // A field cannot pose as one of ours.
            let taken = object[field.key] != nil || field.key == "traceId" || field.key == "spanId"
            object[taken ? "fields.\(field.key)" : field.key] = field.value
        }
        return JSON.object(object).bytes() + [0x0A]
    }

    private static func terminal(_ record: LogRecord) -> [UInt8] {
        let time = record.time.description.dropFirst(11).prefix { $0 != "Z" }
        let clock = time.count > 8 ? time.prefix(12) : time + ".000"
        let name = record.level.rawValue.uppercased()
        let level = name + String(repeating: " ", count: max(0, 7 - name.count))
        var text = "\(clock) \(level) \(printable(record.message))"
        for field in record.fields {
            let value = field.value.string.map { isPlain($0) ? $0 : nil } ?? nil
            text += "  \(printable(field.key))=\(value ?? printable(field.value.text()))"
        }
        if let trace = record.trace { text += "  trace=\(trace.traceID)" }
        return Array(text.utf8) + [0x0A]
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
    }

    /// Control characters escaped: what a stranger sent must not steer the terminal or forge a line.
    private static func printable(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func cut(_ value: JSON, _ length: Int) -> JSON {
        switch value {
        case .string(let text): .string(cut(text, length))
        case .array(let elements): .array(elements.map { cut($0, length) })
        case .object(let object):
            .object(JSONObject(object.map { ($0.key, cut($0.value, length)) }))
        default: value
        }
    }

    private static func cut(_ text: String, _ length: Int) -> String {
        guard text.utf8.count > length else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: length)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return text[..<end] + "…"
    }
}
