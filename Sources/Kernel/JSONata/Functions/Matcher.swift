import Core

/// Goes through the matches of a pattern, or of a function that answers matches as a pattern does.
struct Matcher {
    /// One match, as the function that found it told it.
    struct Found {
        let match: Value
        let start: Value
        let end: Value
        let groups: Value
        let object: Value

        /// Its start and end in UTF-16 code units.
        var startUnit: Int { Self.unit(start) }
        var endUnit: Int { Self.unit(end) }

        private static func unit(_ value: Value) -> Int {
            let number = value.double ?? 0
            return number > 0 ? Int(min(number, 1e9)) : 0
        }
    }

    private let call: Invocation
    private let text: String
    /// The text's code units; nil when they are its bytes.
    private let units: [UInt16]?
    private let bytes: [UInt8]
    private var matches: Matches?
    private var last: Matches.Match?
    /// What is called for the next match.
    private var function: Value
    private var isFirst = true

    init(_ call: Invocation, _ function: Value, _ text: String) throws(Failure) {
        self.call = call
        self.text = text
        self.function = function
        bytes = Array(text.utf8)
        units = bytes.allSatisfy { $0 < 0x80 } ? nil : Text.units(text)
        if case .function(let value) = function,
            case .matcher(let pattern, let position) = value.kind
        {
            matches = try Matches(call.evaluator, pattern, text, at: position)
        }
    }

    /// The part of the text between two UTF-16 offsets, in either order.
    func substring(_ first: Int, _ second: Int) -> String {
        let count = units?.count ?? bytes.count
        let (one, other) = (min(max(first, 0), count), min(max(second, 0), count))
        let range = min(one, other)..<max(one, other)
        guard let units else { return String(decoding: bytes[range], as: UTF8.self) }
        return Text.string(units[range])
    }

    /// How many code units a text has.
    func length(_ text: String) -> Int { units == nil ? text.utf8.count : text.utf16.count }

    mutating func next() throws(Failure) -> Found? {
        if let matches {
            let match: Matches.Match?
            if let last {
                match = try matches.next(after: last)
            } else {
                match = isFirst ? try matches.first() : nil
            }
            isFirst = false
            guard let match else { return nil }
            last = match
            return Found(
                match: .string(match.text),
                start: .number(Double(match.start)),
                end: .number(Double(match.end)),
                groups: .array(ArrayValue(match.groups)),
                object: match.object(matches)
            )
        }
        let answer = try call.apply(function, isFirst ? .string(text) : .undefined)
        isFirst = false
        switch answer {
        case .undefined: return nil
        case .object(let object):
            let (start, end) = (object["start"], object["end"])
            let isMatch =
                start.double != nil || end.double != nil || object["groups"].array != nil
                || object["next"].isFunction
            guard isMatch else { throw Failure("T1010") }
            function = object["next"]
            return Found(
                match: object["match"],
                start: start,
                end: end,
                groups: object["groups"],
                object: answer
            )
        default: throw Failure("T1010")
        }
    }
}
