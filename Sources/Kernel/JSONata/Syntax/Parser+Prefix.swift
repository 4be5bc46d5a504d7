import Core

extension Parser {
    /// What begins with the token, which has been passed.
    mutating func prefix(_ first: Token) throws(Failure) -> SyntaxNode {
        guard first.kind == .operation else { return SyntaxNode(first) }
        let node = SyntaxNode(first)
        switch first.text {
        case "and", "or", "in": return node
        case "-":
            node.kind = .unary
            node.lhs = try expression(70)
        case "*": node.kind = .wildcard
        case "**": node.kind = .descendant
        case "%": node.kind = .parent
        case "(": try block(node)
        case "[": try array(node)
        case "{":
            node.kind = .unary
            node.pairs = try pairs()
        case "|": try transformation(node)
        default: throw Failure("S0211", position: first.position, token: first.shown)
        }
        return node
    }

    private mutating func block(_ node: SyntaxNode) throws(Failure) {
        node.kind = .block
        while !isAt(")") {
            node.list.append(try expression(0))
            guard isAt(";") else { break }
            try advance(past: ";")
        }
        try advance(past: ")", afterOperand: true)
    }

    private mutating func array(_ node: SyntaxNode) throws(Failure) {
        node.kind = .unary
        while !isAt("]") || !node.list.isEmpty {
            var item = try expression(0)
            if isAt("..") {
                let range = SyntaxNode(.binary, text: "..", position: token.position)
                range.lhs = item
                try advance(past: "..")
                range.rhs = try expression(0)
                range.height = max(item.height, range.rhs?.height ?? 0) + 1
                item = range
            }
            node.list.append(item)
            guard isAt(",") else { break }
            try advance(past: ",")
        }
        try advance(past: "]", afterOperand: true)
    }

    /// The pairs of an object constructor or a grouping, up to and past the closing brace.
    mutating func pairs() throws(Failure) -> [(key: SyntaxNode, value: SyntaxNode)] {
        var pairs: [(key: SyntaxNode, value: SyntaxNode)] = []
        while !isAt("}") || !pairs.isEmpty {
            let key = try expression(0)
            try advance(past: ":")
            pairs.append((key, try expression(0)))
            guard isAt(",") else { break }
            try advance(past: ",")
        }
        try advance(past: "}", afterOperand: true)
        return pairs
    }

    private mutating func transformation(_ node: SyntaxNode) throws(Failure) {
        node.kind = .transform
        node.lhs = try expression(0)
        try advance(past: "|")
        node.rhs = try expression(0)
        if isAt(",") {
            try advance(past: ",")
            node.third = try expression(0)
        }
        try advance(past: "|")
    }
}
