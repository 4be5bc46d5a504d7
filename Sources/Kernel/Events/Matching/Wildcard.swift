/// A text with `*` for any number of characters, `\*` for an asterisk and `\\` for a backslash.
struct Wildcard: Hashable, Sendable {
    /// What stands between the asterisks, the first and the last possibly empty; at least one.
    let segments: [[UInt8]]
    private let borders: [[Int32]]

    /// Why a text is no wildcard.
    struct Invalid: Error {
        var message: String
    }

    /// Reads a wildcard.
    init(_ text: String) throws(Invalid) {
        var segments: [[UInt8]] = [[]]
        var bytes = text.utf8.makeIterator()
        var previous: UInt8 = 0
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "*"):
                guard previous != byte else {
                    throw Invalid(message: "two asterisks may not stand side by side")
                }
                segments.append([])
                previous = byte
                continue
            case UInt8(ascii: "\\"):
                guard let escaped = bytes.next(),
                    escaped == UInt8(ascii: "*") || escaped == UInt8(ascii: "\\")
                else { throw Invalid(message: "a backslash stands only before \"*\" or \"\\\"") }
                segments[segments.count - 1].append(escaped)
            default:
                segments[segments.count - 1].append(byte)
            }
            previous = 0
        }
        self.segments = segments
        borders = segments.map { Self.borders(of: $0) }
    }

    /// How many asterisks it has.
    var stars: Int { segments.count - 1 }

    /// What every match begins with.
    var prefix: [UInt8] { segments[0] }

    /// What every match ends with.
    var suffix: [UInt8] { segments[segments.count - 1] }

    /// Whether it matches the whole text: each segment is looked for from where the last one was found,
    /// which takes time linear in the text for each segment.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = segments[0]
        guard stars > 0 else { return text.elementsEqual(first) }
        let last = segments[segments.count - 1]
        guard text.count >= first.count + last.count, text.starts(with: first),
            text[(text.count - last.count)...].elementsEqual(last)
        else { return false }
        var at = first.count
        let end = text.count - last.count
        for index in 1..<stars {
            guard let after = find(index, in: text, from: at, to: end) else { return false }
            at = after
        }
        return true
    }

    /// Where the first occurrence of a segment ends (Knuth, Morris and Pratt: linear whatever the text).
    private func find(
        _ index: Int,
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        to end: Int
    ) -> Int? {
        let segment = segments[index]
        let borders = borders[index]
        var matched = 0
        for at in start..<end {
            while matched > 0, segment[matched] != text[at] { matched = Int(borders[matched - 1]) }
            if segment[matched] == text[at] { matched += 1 }
            if matched == segment.count { return at + 1 }
        }
        return nil
    }

    /// For each beginning of a segment, how long its longest proper beginning is that also ends it.
    private static func borders(of segment: [UInt8]) -> [Int32] {
        var borders = [Int32](repeating: 0, count: segment.count)
        var length = 0
        for at in segment.indices.dropFirst() {
            while length > 0, segment[at] != segment[length] { length = Int(borders[length - 1]) }
            if segment[at] == segment[length] { length += 1 }
            borders[at] = Int32(length)
        }
        return borders
    }
}
