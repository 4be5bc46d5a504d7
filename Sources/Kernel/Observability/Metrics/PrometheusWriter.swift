/// Writes Prometheus' text exposition format, version 0.0.4.
struct PrometheusWriter {
    private(set) var text = ""

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, colons only for metrics.
    static func isName(_ name: String, colons: Bool) -> Bool {
        !name.isEmpty
            && name.utf8.enumerated().allSatisfy { position, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): position > 0
                case UInt8(ascii: ":"): colons
                default: false
                }
            }
    }

    mutating func header(_ name: String, kind: MetricKind, help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n"
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        text += name
        if !labels.isEmpty {
            text += "{"
            for (index, label) in labels.enumerated() {
                if index > 0 { text += "," }
                text += "\(label.0)=\"\(Self.escaped(label.1, quotes: true))\""
            }
            text += "}"
        }
        text += " \(Self.number(value))\n"
    }

    mutating func histogram(
        _ name: String,
        _ labels: [(String, String)],
        _ distribution: Distribution
    ) {
        var cumulative: UInt64 = 0
        for (index, count) in distribution.counts.enumerated() {
            cumulative += count
            let bound =
                index < distribution.bounds.count
                ? Self.number(distribution.bounds[index]) : "+Inf"
            sample(name + "_bucket", labels + [("le", bound)], Double(cumulative))
        }
        sample(name + "_sum", labels, distribution.sum)
        sample(name + "_count", labels, Double(cumulative))
    }

    /// A number as Go's `ParseFloat` reads it; whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 0x1p53 { return String(Int64(value)) }
        return value.description
    }

    /// Backslashes and line feeds escaped, in label values double quotes too.
    static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else {
            return text
        }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
