/// Reads a JSON value into a type and says exactly where it does not fit.
///
/// ```swift
/// let item = JSONReader(json)
/// let width = try item.int("widthMm", in: 1...20_000)
/// try item.onlyKeys(["widthMm", "note"])
/// ```
public struct JSONReader: Sendable {
    /// The value under this reader.
    public let value: JSON
    /// The JSON Pointer (RFC 6901) from the document's root to the value.
    public let pointer: String

    /// A reader over `value` that reports places from `pointer` on.
    public init(_ value: JSON, pointer: String = "") {
        self.value = value
        self.pointer = pointer
    }

    /// A fault about this very value.
    public func fault(_ message: String, code: String = "invalid-value") -> GeneralFault {
        GeneralFault(.invalid, code: code, message, pointer: pointer)
    }

    /// The reader of member `key`; throws when this is no object or has no such member.
    public func member(_ key: String) throws(GeneralFault) -> JSONReader {
        guard let found = try optional(key) else {
            throw GeneralFault(
                .invalid,
                code: "missing-field",
                "\"\(key)\" is required",
                pointer: place(key)
            )
        }
        return found
    }

    /// The reader of member `key`, nil when it is absent or null; throws when this is no object.
    public func optional(_ key: String) throws(GeneralFault) -> JSONReader? {
        guard case .object(let object) = value else { throw mismatch("an object") }
        guard let found = object[key], !found.isNull else { return nil }
        return JSONReader(found, pointer: place(key))
    }

    /// Throws when the object has a member that is not in `known`, naming the nearest known one.
    public func onlyKeys(_ known: Set<String>) throws(GeneralFault) {
        guard case .object(let object) = value else { throw mismatch("an object") }
        for member in object where !known.contains(member.key) {
            let near =
                nearest(to: member.key, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            throw GeneralFault(
                .invalid,
                code: "unknown-field",
                "\"\(member.key)\" is not a known field\(near)",
                pointer: place(member.key)
            )
        }
    }

    /// The text, whose length in code points, as JSON Schema counts them, must lie in `length`.
    public func string(length: ClosedRange<Int> = 0...10_000) throws(GeneralFault) -> String {
        guard case .string(let text) = value else { throw mismatch("a string") }
        let count = text.unicodeScalars.count
        guard length.contains(count) else {
            throw fault(
                "must have \(length.lowerBound) to \(length.upperBound) characters, has \(count)"
            )
        }
        return text
    }

    /// The whole number, which must lie in `range`.
    public func int(in range: ClosedRange<Int> = Int.min...Int.max) throws(GeneralFault) -> Int {
        guard case .number(let number) = value, let int = number.int else {
            throw mismatch("a whole number")
        }
        guard range.contains(Int(int)) else {
            throw fault("must lie between \(range.lowerBound) and \(range.upperBound), is \(int)")
        }
        return Int(int)
    }

    /// The number, which must lie in `range`.
    public func double(
        in range: ClosedRange<Double> = -Double
            .greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) throws(GeneralFault) -> Double {
        guard case .number(let number) = value else { throw mismatch("a number") }
        guard range.contains(number.double) else {
            throw fault(
                "must lie between \(range.lowerBound) and \(range.upperBound), is \(number.text)"
            )
        }
        return number.double
    }

    /// The truth value.
    public func bool() throws(GeneralFault) -> Bool {
        guard case .bool(let flag) = value else { throw mismatch("true or false") }
        return flag
    }

    /// A reader for each element.
    public func array(count: ClosedRange<Int> = 0...100_000) throws(GeneralFault) -> [JSONReader] {
        guard case .array(let elements) = value else { throw mismatch("an array") }
        guard count.contains(elements.count) else {
            throw fault(
                "must have \(count.lowerBound) to \(count.upperBound) elements, has \(elements.count)"
            )
        }
        return elements.enumerated().map { JSONReader($1, pointer: "\(pointer)/\($0)") }
    }

    /// The id that the text spells.
    public func id<Subject>(_: Subject.Type = Subject.self) throws(GeneralFault) -> ID<Subject> {
        guard let text = value.string, let id = ID<Subject>(text) else { throw mismatch("a UUID") }
        return id
    }

    /// The date that the text spells, `YYYY-MM-DD`.
    public func date() throws(GeneralFault) -> CalendarDate {
        guard let text = value.string, let date = CalendarDate(text) else {
            throw mismatch("a date like 2026-11-20")
        }
        return date
    }

    /// The moment that the text spells, RFC 3339.
    public func timestamp() throws(GeneralFault) -> Timestamp {
        guard let text = value.string, let moment = Timestamp(text) else {
            throw mismatch("a time like 2026-11-20T08:30:00Z")
        }
        return moment
    }

    /// One of the cases of a string enumeration.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _: Choice.Type = Choice.self
    ) throws(GeneralFault) -> Choice where Choice.RawValue == String {
        guard let text = value.string, let choice = Choice(rawValue: text) else {
            throw mismatch(
                "one of " + Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            )
        }
        return choice
    }

    private func mismatch(_ expected: String) -> GeneralFault {
        var found = value.text()
        if found.count > 60 { found = found.prefix(57) + "…" }
        return fault("expected \(expected), found \(found)", code: "wrong-type")
    }

    private func place(_ key: String) -> String {
        pointer + "/" + JSON.pointerToken(key)
    }
}

extension JSON {
    /// A key as one token of a JSON Pointer: `~` and `/` escaped.
    public static func pointerToken(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") })
        else {
            return key
        }
        return key.reduce(into: "") { token, character in
            switch character {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.append(character)
            }
        }
    }
}

/// The candidate with the smallest edit distance to `word`, when that is at most a third of its length.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let scored = candidates.map { (distance: editDistance(Array(word), Array($0)), word: $0) }
    guard let best = scored.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }),
        best.distance <= max(2, word.count / 3)
    else { return nil }
    return best.word
}

/// Levenshtein's distance, but neighbours that changed places count once (optimal string alignment).
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var before: [Int] = []
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var next = [i + 1]
        for (j, b) in right.enumerated() {
            var distance = min(row[j] + (a == b ? 0 : 1), next[j] + 1, row[j + 1] + 1)
            if i > 0, j > 0, a == right[j - 1], b == left[i - 1] {
                distance = min(distance, before[j - 1] + 1)
            }
            next.append(distance)
        }
        (before, row) = (row, next)
    }
    return row[right.count]
}
