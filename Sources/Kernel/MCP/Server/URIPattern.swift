/// An address with gaps, `weft://orders/{id}`; a gap is filled by anything without a slash.
public struct URIPattern: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The pattern as it is written.
    public let text: String
    /// The text before the first gap, and behind each gap its name and the text that follows.
    private let start: String
    private let gaps: [Gap]

    private struct Gap: Sendable, Hashable {
        var name: String
        var then: String
    }

    /// Reads a pattern; a brace that is not closed stands for itself.
    public init(_ text: String) {
        self.text = text
        var start = ""
        var gaps: [Gap] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{"),
            let close = rest[open...].firstIndex(of: "}")
        {
            let before = String(rest[..<open])
            if gaps.isEmpty { start = before } else { gaps[gaps.count - 1].then = before }
            gaps.append(Gap(name: String(rest[rest.index(after: open)..<close]), then: ""))
            rest = rest[rest.index(after: close)...]
        }
        if gaps.isEmpty { start = text } else { gaps[gaps.count - 1].then = String(rest) }
        self.start = start
        self.gaps = gaps
    }

    /// Reads a pattern.
    public init(stringLiteral value: String) { self.init(value) }

    /// The names of the gaps.
    public var names: [String] { gaps.map(\.name) }

    /// What fills the gaps of `uri`, percent-decoding left to the caller; nil when it does not fit.
    public func match(_ uri: String) -> [String: String]? {
        guard uri.hasPrefix(start) else { return nil }
        var rest = uri.dropFirst(start.count)
        var found: [String: String] = [:]
        for (index, gap) in gaps.enumerated() {
            let value: Substring
            if index == gaps.count - 1 {
                guard rest.hasSuffix(gap.then) else { return nil }
                value = rest.dropLast(gap.then.count)
                rest = ""
            } else {
                guard let next = gap.then.first, let end = rest.firstIndex(of: next),
                    rest[end...].hasPrefix(gap.then)
                else { return nil }
                value = rest[..<end]
                rest = rest[end...].dropFirst(gap.then.count)
            }
            guard !value.isEmpty, !value.contains("/") else { return nil }
            found[gap.name] = String(value)
        }
        return rest.isEmpty ? found : nil
    }
}
