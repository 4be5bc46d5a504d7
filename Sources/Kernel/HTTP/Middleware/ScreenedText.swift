/// A text as the screening rules see it: lower case, comments as white space, cut into tokens.
struct ScreenedText {
    private enum Token: Equatable {
        case word(String)
        case number(String)
        case mark(UInt8)

        var word: String? {
            guard case .word(let text) = self else { return nil }
            return text
        }
    }

    private let text: String
    private let tokens: [Token]

    init(_ bytes: [UInt8]) {
        let lower = bytes.map(Byte.lowercased)
        text = String(decoding: lower, as: UTF8.self)
        tokens = Self.tokens(lower)
    }

    private static func tokens(_ bytes: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var at = 0
        func isWordByte(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
        }
        while at < bytes.count {
            let byte = bytes[at]
            let start = at
            if byte == UInt8(ascii: "/"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "*") {
                at += 2
                while at < bytes.count,
                    !(bytes[at] == UInt8(ascii: "/") && bytes[at - 1] == UInt8(ascii: "*"))
                {
                    at += 1
                }
                at += 1
            } else if isWordByte(byte) {
                while at < bytes.count, isWordByte(bytes[at]) || Byte.isDigit(bytes[at]) { at += 1 }
                tokens.append(.word(String(decoding: bytes[start..<at], as: UTF8.self)))
            } else if Byte.isDigit(byte) {
                while at < bytes.count, Byte.isDigit(bytes[at]) || isWordByte(bytes[at]) { at += 1 }
                tokens.append(.number(String(decoding: bytes[start..<at], as: UTF8.self)))
            } else {
                if byte > Byte.space { tokens.append(.mark(byte)) }
                at += 1
            }
        }
        return tokens
    }

    // MARK: Rules

    /// `../../`, or a file that only a system has.
    var hasTraversal: Bool {
        ["../../", "..\\..\\", "/etc/passwd", "/etc/shadow", "\\windows\\system32", "file:///"]
            .contains(where: text.contains)
    }

    /// `${jndi:…}` and its kind.
    var hasExpression: Bool {
        ["${jndi:", "${${", "${env:", "${sys:", "#{t(", "{{constructor"]
            .contains(where: text.contains)
    }

    private static let runningElements: Set<String> = [
        "script", "iframe", "object", "embed", "applet",
    ]

    /// An element that runs a script, a handler within an element, or a URL that is a script.
    var hasScript: Bool {
        let start = text.drop { $0 == " " || $0 == "\t" }
        if ["javascript:", "vbscript:", "data:text/html"].contains(where: start.hasPrefix) {
            return true
        }
        for (index, token) in tokens.enumerated() where token == .mark(UInt8(ascii: "<")) {
            var next = index + 1
            if next < tokens.count, tokens[next] == .mark(UInt8(ascii: "/")) { next += 1 }
            guard next < tokens.count, let name = tokens[next].word else { continue }
            if Self.runningElements.contains(name) { return true }
            for (offset, inner) in tokens[next...].enumerated() {
                let following = next + offset + 1
                if let handler = inner.word, handler.hasPrefix("on"), handler.count > 4,
                    following < tokens.count, tokens[following] == .mark(UInt8(ascii: "="))
                {
                    return true
                }
                if inner.word == "javascript", following < tokens.count,
                    tokens[following] == .mark(UInt8(ascii: ":"))
                {
                    return true
                }
            }
        }
        return false
    }

    /// SQL that leaves a value, joins a query, adds a statement, or calls what only attackers call.
    var hasInjection: Bool {
        endsInComment
            || tokens.indices.contains { at in
                isTautology(at) || isUnion(at) || isStatement(at) || isCall(at) || isCatalogue(at)
            }
    }

    private static let quotes: Set<UInt8> = [UInt8(ascii: "'"), UInt8(ascii: "\"")]

    private func isQuote(_ at: Int) -> Bool {
        guard tokens.indices.contains(at), case .mark(let byte) = tokens[at] else { return false }
        return Self.quotes.contains(byte)
    }

    private func mark(_ at: Int) -> UInt8? {
        guard tokens.indices.contains(at), case .mark(let byte) = tokens[at] else { return nil }
        return byte
    }

    private func word(_ at: Int) -> String? {
        tokens.indices.contains(at) ? tokens[at].word : nil
    }

    /// `'--` at the end: the rest of the query would be a comment.
    private var endsInComment: Bool {
        let trimmed = text.filter { $0 != " " && $0 != ";" && $0 != ")" }
        return ["'--", "\"--", "'/*"].contains(where: trimmed.hasSuffix)
    }

    /// `' or 1=1`, `" or ""="`, `1 or 1=1`.
    private func isTautology(_ at: Int) -> Bool {
        let isJoined =
            word(at) == "or" || word(at) == "and"
            || (mark(at) == UInt8(ascii: "|") && mark(at + 1) == UInt8(ascii: "|"))
            || (mark(at) == UInt8(ascii: "&") && mark(at + 1) == UInt8(ascii: "&"))
        guard isJoined, at > 0 else { return false }
        // White space within a name is no token: only what ends a value may stand before.
        let afterQuote = isQuote(at - 1) || mark(at - 1) == UInt8(ascii: ")")
        let left = at + (word(at) == nil ? 2 : 1)
        if case .number(let first) = tokens[at - 1], tokens.indices.contains(left + 2),
            case .number(let second) = tokens[left], mark(left + 1) == UInt8(ascii: "="),
            tokens[left + 2] == .number(second), !first.isEmpty
        {
            return true
        }
        guard afterQuote else { return false }
        if word(left) == "true" || word(left) == "not" { return true }
        return tokens.indices.contains { index in
            guard index > left, index <= left + 5 else { return false }
            return [UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">")]
                .contains(mark(index)) || word(index) == "like" || word(index) == "between"
        }
    }

    /// `union select 1`, `union all select name, …`, `union select * from …`.
    private func isUnion(_ at: Int) -> Bool {
        guard word(at) == "union" else { return false }
        var next = at + 1
        if word(next) == "all" || word(next) == "distinct" { next += 1 }
        while mark(next) == UInt8(ascii: "(") { next += 1 }
        guard word(next) == "select", tokens.indices.contains(next + 1) else { return false }
        if case .number = tokens[next + 1] { return true }
        if word(next + 1) == "null" || isQuote(next + 1) { return true }
        if mark(next + 1) == UInt8(ascii: "*") || mark(next + 1) == UInt8(ascii: "@") {
            return true
        }
        let rest = tokens[(next + 2)...]
        return rest.first == .mark(UInt8(ascii: ",")) || rest.first == .mark(UInt8(ascii: "("))
            || rest.contains(.word("from"))
    }

    private static let statements: [String: Set<String>] = [
        "drop": ["table", "database", "schema", "index", "view", "user", "column"],
        "delete": ["from"], "insert": ["into"], "truncate": ["table"],
        "alter": ["table", "user", "database"], "create": ["table", "user", "function", "trigger"],
        "update": [], "exec": [], "execute": ["immediate"], "shutdown": [], "declare": [],
    ]

    /// `; drop table …`.
    private func isStatement(_ at: Int) -> Bool {
        guard mark(at) == UInt8(ascii: ";"), let verb = word(at + 1),
            let objects = Self.statements[verb]
        else { return false }
        if let object = word(at + 2), objects.contains(object) { return true }
        return switch verb {
        case "update": tokens[at...].contains(.word("set"))
        case "exec": word(at + 2)?.hasPrefix("xp") == true || word(at + 2)?.hasPrefix("sp") == true
        case "shutdown": at + 2 == tokens.count
        case "declare": mark(at + 2) == UInt8(ascii: "@")
        default: false
        }
    }

    private static let calls: Set<String> = [
        "sleep", "pg_sleep", "benchmark", "load_file", "extractvalue", "updatexml", "xp_cmdshell",
        "load_extension", "randomblob",
    ]

    /// `sleep(5)`, `waitfor delay '…'`, `into outfile '…'`.
    private func isCall(_ at: Int) -> Bool {
        guard let name = word(at) else { return false }
        if name == "xp_cmdshell" { return true }
        if Self.calls.contains(name), mark(at + 1) == UInt8(ascii: "(") { return true }
        if name == "waitfor", word(at + 1) == "delay" || word(at + 1) == "time" { return true }
        return name == "into" && (word(at + 1) == "outfile" || word(at + 1) == "dumpfile")
    }

    private static let catalogues: Set<String> = [
        "information_schema", "sqlite_master", "sqlite_schema", "pg_catalog", "pg_shadow",
        "sysobjects",
    ]

    /// `select … from information_schema…`.
    private func isCatalogue(_ at: Int) -> Bool {
        guard let name = word(at), Self.catalogues.contains(name) else { return false }
        return word(at - 1) == "from" && tokens[..<at].contains(.word("select"))
    }

    /// Text that shares something with SQL or markup.
    var isSuspicious: Bool {
        let words = Set(tokens.compactMap(\.word))
        let hasQuote = tokens.indices.contains(where: isQuote)
        let verbs = words.intersection([
            "select", "union", "drop", "delete", "insert", "update", "exec", "or", "and",
        ])
        if hasQuote || tokens.contains(.mark(UInt8(ascii: ";"))), !verbs.isEmpty { return true }
        if words.contains("select"), words.contains("from") { return true }
        return tokens.indices.contains { mark($0) == UInt8(ascii: "<") && word($0 + 1) != nil }
    }
}
