/// A text that is compared without regard to case.
///
/// As in event-ruler, a character of the pattern matches its own lower-case and upper-case forms and
/// nothing else, whatever their lengths.
struct FoldedText: Hashable, Sendable {
    /// The text as it was written.
    let text: String

    init(_ text: String) { self.text = text }

    /// One form of all texts that may be equal; equal forms may still differ.
    var folded: [UInt8] { Array(text.utf8).withUnsafeBufferPointer { Self.fold($0) } }

    /// Whether no character but ASCII's is in it, so that equal forms are equal texts.
    var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    /// How a match must lie in the value.
    enum Place {
        case whole
        case start
        case end
    }

    /// Whether the value matches.
    func matches(_ value: UnsafeBufferPointer<UInt8>, at place: Place) -> Bool {
        let forms = text.unicodeScalars.map { scalar in
            let lower = Array(scalar.properties.lowercaseMapping.utf8)
            let upper = Array(scalar.properties.uppercaseMapping.utf8)
            return lower == upper ? [lower] : [lower, upper]
        }
        // The places that may be reached; lower and upper forms may differ in length.
        var reached: Set<Int> = [place == .end ? value.count : 0]
        for form in place == .end ? forms.reversed() : forms {
            var next: Set<Int> = []
            for at in reached {
                for bytes in form {
                    let start = place == .end ? at - bytes.count : at
                    guard start >= 0, start + bytes.count <= value.count,
                        value[start..<(start + bytes.count)].elementsEqual(bytes)
                    else { continue }
                    next.insert(place == .end ? start : start + bytes.count)
                }
            }
            guard !next.isEmpty else { return false }
            reached = next
        }
        return place != .whole || reached.contains(value.count)
    }

    /// One form of all texts that differ in case alone.
    static func fold(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        if text.allSatisfy({ $0 < 0x80 }) { return text.map { lower($0) } }
        var folded: [UInt8] = []
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            for upper in scalar.properties.uppercaseMapping.unicodeScalars {
                folded.append(contentsOf: upper.properties.lowercaseMapping.utf8)
            }
        }
        return folded
    }

    /// The lower case of a letter of ASCII; any other byte as it is.
    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
