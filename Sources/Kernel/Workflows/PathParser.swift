import Core

/// Why a path, a function call or another text in a definition cannot be read.
struct SyntaxProblem: Error, Sendable {
    var message: String
}

/// Reads paths, and what intrinsic functions need, from text.
struct PathParser {
    let text: String
    let input: [Character]
    var at = 0
    /// How deep the present place lies in filters, parentheses and lists.
    private var depth = 0
    /// How many tests the filters have.
    private var terms = 0

    /// What is deeper is read by nobody, and would be read by calls within calls.
    private static let deepest = 32
    private static let mostTerms = 500
    private static let mostSegments = 200

    init(_ text: String) {
        self.text = text
        input = Array(text)
    }

    var atEnd: Bool { at >= input.count }
    var current: Character? { at < input.count ? input[at] : nil }

    func problem(_ message: String) -> SyntaxProblem {
        SyntaxProblem(message: "\(message) at character \(at + 1) of '\(text)'")
    }

    mutating func skipBlanks() {
        while let character = current, character == " " || character == "\t" { at += 1 }
    }

    mutating func take(_ token: String) -> Bool {
        let token = Array(token)
        guard at + token.count <= input.count, Array(input[at..<at + token.count]) == token else {
            return false
        }
        at += token.count
        return true
    }

    mutating func expect(_ token: String) throws(SyntaxProblem) {
        guard take(token) else { throw problem("expected '\(token)'") }
    }

    /// Reads a path; `delimiters` end a bare name, besides `.` and `[`.
    mutating func path(delimiters: Set<Character> = []) throws(SyntaxProblem) -> JSONPath {
        let start = at
        var root: JSONPath.Root
        if take("@") {
            root = .current
        } else if take("$$") {
            root = .context
        } else if take("$") {
            root = .input
        } else {
            throw problem("a path starts with '$'")
        }
        if root == .input, let character = current, character.isLetter || character == "_" {
            root = .variable(variable())
        }
        var segments: [JSONPath.Segment] = []
        while let character = current {
            guard segments.count < Self.mostSegments else {
                throw problem("a path has at most \(Self.mostSegments) names and brackets")
            }
            if character == "." {
                at += 1
                let descends = take(".")
                if descends, current == "[" {
                    segments.append(.init(descends: true, selector: try bracket()))
                } else {
                    let selector = try name(delimiters)
                    segments.append(.init(descends: descends, selector: selector))
                }
            } else if character == "[" {
                segments.append(.init(selector: try bracket()))
            } else {
                break
            }
        }
        return JSONPath(root: root, segments: segments, text: String(input[start..<at]))
    }

    /// The name after a variable's `$`.
    private mutating func variable() -> String {
        let start = at
        while let character = current,
            character.isLetter || character.isNumber || character == "_"
        {
            at += 1
        }
        return String(input[start..<at])
    }

    private mutating func name(
        _ delimiters: Set<Character>
    ) throws(SyntaxProblem) -> JSONPath.Selector {
        if take("*") { return .wildcard }
        var name = ""
        while let character = current, character != ".", character != "[" {
            if delimiters.contains(character) { break }
            if character == "(" { throw problem("path functions are not supported") }
            if character.isWhitespace || "()'\",]".contains(character) {
                throw problem("a name with '\(character)' must be written as ['name']")
            }
            name.append(character)
            at += 1
        }
        if name.isEmpty { throw problem("expected a name") }
        return .name(name)
    }

    private mutating func bracket() throws(SyntaxProblem) -> JSONPath.Selector {
        try expect("[")
        skipBlanks()
        let selector: JSONPath.Selector
        switch current {
        case "*":
            at += 1
            selector = .wildcard
        case "?":
            at += 1
            skipBlanks()
            try expect("(")
            selector = .filter(try disjunction())
            try expect(")")
        case "'", "\"":
            var names = [try quoted()]
            skipBlanks()
            while take(",") {
                skipBlanks()
                names.append(try quoted())
                skipBlanks()
            }
            selector = names.count == 1 ? .name(names[0]) : .names(names)
        default:
            selector = try positions()
        }
        skipBlanks()
        try expect("]")
        return selector
    }

    private mutating func positions() throws(SyntaxProblem) -> JSONPath.Selector {
        let first = try wholeNumber()
        skipBlanks()
        if take(":") {
            skipBlanks()
            let last = try wholeNumber()
            skipBlanks()
            if current == ":" { throw problem("a slice with a step is not supported") }
            return .slice(from: first, to: last)
        }
        guard let first else { throw problem("expected an index, a name, '*' or '?'") }
        var indices = [first]
        while take(",") {
            skipBlanks()
            guard let index = try wholeNumber() else { throw problem("expected an index") }
            indices.append(index)
            skipBlanks()
        }
        return indices.count == 1 ? .index(first) : .indices(indices)
    }

    private mutating func wholeNumber() throws(SyntaxProblem) -> Int? {
        let start = at
        _ = take("-")
        while let character = current, ("0"..."9").contains(character) { at += 1 }
        guard at > start else { return nil }
        guard let value = Int(String(input[start..<at])) else { throw problem("expected an index") }
        return value
    }

    private mutating func quoted() throws(SyntaxProblem) -> String {
        guard let quote = current, quote == "'" || quote == "\"" else {
            throw problem("expected a quoted name")
        }
        at += 1
        var text = ""
        while let character = current {
            at += 1
            if character == quote { return text }
            if character == "\\", let escaped = current {
                at += 1
                text.append(escaped)
            } else {
                text.append(character)
            }
        }
        throw problem("the quote is not closed")
    }
}

extension PathParser {
    private mutating func disjunction() throws(SyntaxProblem) -> PathFilter {
        var left = try conjunction()
        while true {
            skipBlanks()
            guard take("||") else { return left }
            left = .or(left, try conjunction())
        }
    }

    private mutating func conjunction() throws(SyntaxProblem) -> PathFilter {
        var left = try term()
        while true {
            skipBlanks()
            guard take("&&") else { return left }
            left = .and(left, try term())
        }
    }

    /// Goes one level down; the caller comes up again.
    private mutating func enter() throws(SyntaxProblem) {
        depth += 1
        guard depth <= Self.deepest else {
            throw problem("filters are nested more than \(Self.deepest) deep")
        }
    }

    private mutating func term() throws(SyntaxProblem) -> PathFilter {
        try enter()
        defer { depth -= 1 }
        terms += 1
        guard terms <= Self.mostTerms else {
            throw problem("filters have at most \(Self.mostTerms) tests")
        }
        skipBlanks()
        if current == "!", at + 1 < input.count, input[at + 1] != "=" {
            at += 1
            return .not(try term())
        }
        if take("(") {
            let inner = try disjunction()
            skipBlanks()
            try expect(")")
            return inner
        }
        let left = try operand()
        skipBlanks()
        guard let comparison = PathFilter.Comparison.allCases.first(where: { take($0.rawValue) })
        else {
            guard case .path(let path) = left else { throw problem("expected a comparison") }
            guard current == ")" || current == "&" || current == "|" else {
                throw problem("this filter operator is not supported")
            }
            return .exists(path)
        }
        skipBlanks()
        let right = try operand()
        skipBlanks()
        return .compare(left, comparison, right)
    }

    private mutating func operand() throws(SyntaxProblem) -> PathFilter.Operand {
        try enter()
        defer { depth -= 1 }
        switch current {
        case "@", "$":
            let path = try path(delimiters: [" ", "=", "!", "<", ">", "&", "|", ")", ",", "~"])
            guard path.root == .input || path.root == .current else {
                throw problem("a filter reaches only the value it filters")
            }
            return .path(path)
        case "'", "\"":
            return .literal(.string(try quoted()))
        case "[":
            at += 1
            var elements: [JSON] = []
            skipBlanks()
            while !take("]") {
                guard case .literal(let element) = try operand() else {
                    throw problem("expected a literal")
                }
                elements.append(element)
                skipBlanks()
                if !take(","), current != "]" { throw problem("expected ',' or ']'") }
                skipBlanks()
            }
            return .literal(.array(elements))
        default:
            return .literal(try word())
        }
    }

    /// A bare literal: a number, `true`, `false` or `null`.
    mutating func word() throws(SyntaxProblem) -> JSON {
        let start = at
        while let character = current,
            character.isLetter || character.isNumber || "+-._".contains(character)
        {
            at += 1
        }
        let text = String(input[start..<at])
        guard let value = try? JSON(parsing: text), !text.isEmpty else {
            at = start
            throw problem("expected a path, a quoted text, a number, true, false or null")
        }
        return value
    }
}

extension JSONPath {
    /// Reads a whole text as a path.
    init(reading text: String) throws(SyntaxProblem) {
        var parser = PathParser(text)
        let path = try parser.path()
        guard parser.atEnd else { throw parser.problem("unexpected text") }
        guard path.root != .current else { throw parser.problem("a path starts with '$'") }
        self = path
    }
}
