import Core

/// Makes a tree of an expression by operator precedence, as Pratt described it.
struct Parser {
    private static let mostNested = 1_000
    private static let highest = 5_000

    private var lexer: Lexer
    var token: Token
    private var nesting = 0
    private let stack: StackGuard

    /// The tree of the source, not yet resolved.
    static func parse(_ source: String, stack: StackGuard) throws(Failure) -> SyntaxNode {
        var parser = try Parser(source, stack: stack)
        let tree = try parser.expression(0)
        guard parser.token.kind == .end else {
            throw Failure(
                "S0201",
                position: parser.token.position,
                token: parser.token.shown
            )
        }
        return tree
    }

    private init(_ source: String, stack: StackGuard) throws(Failure) {
        self.stack = stack
        lexer = Lexer(Text.units(source))
        token = try lexer.next(afterOperand: false)
        try check()
    }

    static let powers: [String: Int] = [
        ".": 75, "[": 80, "{": 70, "(": 80, "@": 80, "#": 80, "?": 20, "+": 50, "-": 50, "*": 60,
        "/": 60, "%": 60, "=": 40, "<": 40, ">": 40, "^": 40, ":=": 10, "!=": 40, "<=": 40,
        ">=": 40, "~>": 40, "?:": 40, "??": 40, "and": 30, "or": 25, "in": 40, "&": 50,
    ]

    /// Whether the token is that operator.
    func isAt(_ id: String) -> Bool { token.kind == .operation && token.text == id }

    private func check() throws(Failure) {
        if token.kind == .operation, token.text == "!" || token.text == "~" {
            throw Failure("S0204", position: token.position, token: token.shown)
        }
    }

    mutating func advance(afterOperand: Bool = false) throws(Failure) {
        token = try lexer.next(afterOperand: afterOperand)
        try check()
    }

    /// Goes past the operator, which must come here.
    mutating func advance(past id: String, afterOperand: Bool = false) throws(Failure) {
        guard isAt(id) else {
            throw Failure(
                token.kind == .end ? "S0203" : "S0202",
                position: token.position,
                token: token.shown,
                value: .string(id)
            )
        }
        try advance(afterOperand: afterOperand)
    }

    /// The expression up to an operator that binds no stronger than `power`.
    mutating func expression(_ power: Int) throws(Failure) -> SyntaxNode {
        if stack.isShort {
            var copy = self
            let answer = try stack.onFreshStack { () throws(Failure) in
                let node = try copy.nested(power)
                return (node, copy)
            }
            self = answer.1
            return answer.0
        }
        return try nested(power)
    }

    private mutating func nested(_ power: Int) throws(Failure) -> SyntaxNode {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.mostNested else { throw tooDeep(token.position) }
        let first = token
        try advance(afterOperand: true)
        var left = try measured(try prefix(first))
        while token.kind == .operation, let next = Self.powers[token.text], power < next {
            let operation = token
            try advance()
            left = try measured(try infix(operation, left))
        }
        return left
    }

    private func tooDeep(_ position: Int) -> Failure {
        Failure(
            "U1001",
            position: position,
            inserts: ["reason": "The expression is nested too deep"]
        )
    }

    /// The node with its height, which is bounded: whatever walks the tree recurses.
    private func measured(_ node: SyntaxNode) throws(Failure) -> SyntaxNode {
        var height = max(node.lhs?.height ?? 0, node.rhs?.height ?? 0, node.third?.height ?? 0)
        for part in node.list { height = max(height, part.height) }
        for pair in node.pairs { height = max(height, pair.key.height, pair.value.height) }
        for term in node.terms { height = max(height, term.expression.height) }
        node.height = height + 1
        guard node.height <= Self.highest else { throw tooDeep(node.position) }
        return node
    }
}
