import Core

/// Looks for attacks in paths and query values.
///
/// Clear ones are told apart from text that only looks like one: `' OR 1=1 --` is clear, while
/// `O'Brien; DROP` may be a name. JSON bodies are not looked at: free text belongs there, values reach
/// the store as parameters only, and pages show them as text.
public enum RequestScreen {
    /// What was found.
    public enum Finding: String, Sendable, CaseIterable {
        /// SQL that could only be meant for a database.
        case sqlInjection = "sql-injection"
        /// A script, or an element that runs one.
        case script
        /// A way out of a folder, or a system's file.
        case traversal
        /// An expression for a logger or a template engine to run.
        case expression
        /// Text that looks a little like SQL or markup; never refused.
        case suspicious

        /// Whether it is an attack without doubt.
        public var isClear: Bool { self != .suspicious }
    }

    /// What was found in a request's path and query; nil for nothing.
    public static func finding(in request: Request) -> (finding: Finding, place: String)? {
        // Most targets are made of characters with which nothing can be done.
        var last: UInt8 = 0
        let isUsual = request.target.utf8.allSatisfy { byte in
            defer { last = byte }
            return !isUnusual[Int(byte)] && !(byte == UInt8(ascii: ".") && last == byte)
        }
        if isUsual { return nil }
        var suspicion: (Finding, String)?
        func look(_ text: String, _ place: String) -> (Finding, String)? {
            guard let found = finding(in: text) else { return nil }
            if found.isClear { return (found, place) }
            suspicion = suspicion ?? (found, place)
            return nil
        }
        for segment in request.segments {
            if let clear = look(segment, "the path") { return clear }
        }
        for item in request.query.list {
            if let clear = look(item.value, "query parameter \"\(item.name.prefix(60))\"") {
                return clear
            }
            if let clear = look(item.name, "a query parameter's name") { return clear }
        }
        return suspicion
    }

    private static let isUnusual: [Bool] = (0..<256).map { byte in
        let letter = UInt8(byte) | 0x20
        return
            !((0x61...0x7A).contains(letter) || (0x30...0x39).contains(byte)
            || "-._~/?&=:,@".utf8.contains(UInt8(byte)))
    }

    /// What was found in one decoded text, also when it is encoded once more; nil for nothing.
    public static func finding(in text: String) -> Finding? {
        guard text.utf8.contains(where: { !isPlain[Int($0)] }) else { return nil }
        let bytes = Array(text.utf8.prefix(8_192))
        let first = look(bytes)
        if let first, first.isClear { return first }
        if bytes.contains(UInt8(ascii: "%")),
            let again = try? PercentCoding.decode(bytes[...], plusIsSpace: false),
            let second = look(again), second.isClear
        {
            return second
        }
        return first
    }

    /// Bytes of which no attack is made, unless others are there: letters, digits, marks of names.
    private static let isPlain: [Bool] = (0..<256).map { byte in
        byte >= 0x80 || (0x61...0x7A).contains(UInt8(byte) | 0x20)
            || (0x30...0x39).contains(byte) || "-_~:@".utf8.contains(UInt8(byte))
    }

    private static func look(_ bytes: [UInt8]) -> Finding? {
        let text = ScreenedText(bytes)
        if text.hasTraversal { return .traversal }
        if text.hasExpression { return .expression }
        if text.hasScript { return .script }
        if text.hasInjection { return .sqlInjection }
        return text.isSuspicious ? .suspicious : nil
    }
}
