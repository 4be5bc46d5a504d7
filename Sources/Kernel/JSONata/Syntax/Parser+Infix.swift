import Core

extension Parser {
    /// What the operator, which has been passed, makes of what is left of it.
    mutating func infix(_ operation: Token, _ left: SyntaxNode) throws(Failure) -> SyntaxNode {
        let node = SyntaxNode(operation)
        switch operation.text {
        case "(": return try call(node, left)
        case "[": return try filter(node, left)
        case "{":
            node.kind = .binary
            node.lhs = left
            node.pairs = try pairs()
        case "^": try order(node, left)
        case "?":
            node.kind = .condition
            node.lhs = left
            node.rhs = try expression(0)
            if isAt(":") {
                try advance(past: ":")
                node.third = try expression(0)
            }
        case "?:", "??":
            node.kind = .otherwise
            node.lhs = left
            node.rhs = try expression(0)
        case ":=":
            guard left.kind == .variable else {
                throw Failure("S0212", position: left.position, token: left.shown)
            }
            node.kind = .binary
            node.lhs = left
            node.rhs = try expression(9)
        case "@", "#":
            node.kind = .binary
            node.lhs = left
            let name = try expression(80)
            guard name.kind == .variable else {
                throw Failure("S0214", position: name.position, token: operation.shown)
            }
            node.rhs = name
        default:
            node.kind = .binary
            node.lhs = left
            node.rhs = try expression(Self.powers[operation.text] ?? 0)
        }
        return node
    }

    private mutating func filter(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure)
        -> SyntaxNode
    {
        if isAt("]") {
            // An empty predicate: a single result stays an array.
            var step = left
            while step.kind == .binary, step.text == "[", let inner = step.lhs { step = inner }
            step.keepsArray = true
            try advance(past: "]")
            return left
        }
        node.kind = .binary
        node.lhs = left
        node.rhs = try expression(0)
        try advance(past: "]", afterOperand: true)
        return node
    }

    private mutating func order(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure) {
        node.kind = .binary
        node.lhs = left
        try advance(past: "(")
        while true {
            var isDescending = false
            if isAt("<") {
                try advance(past: "<")
            } else if isAt(">") {
                isDescending = true
                try advance(past: ">")
            }
            node.terms.append((isDescending, try expression(0)))
            guard isAt(",") else { break }
            try advance(past: ",")
        }
        try advance(past: ")")
    }

    private mutating func call(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure)
        -> SyntaxNode
    {
        node.kind = .function
        node.lhs = left
        while !isAt(")") || !node.list.isEmpty {
            if isAt("?") {
                node.kind = .partial
                node.list.append(SyntaxNode(token))
                try advance(past: "?")
            } else {
                node.list.append(try expression(0))
            }
            guard isAt(",") else { break }
            try advance(past: ",")
        }
        try advance(past: ")", afterOperand: true)
        if left.kind == .name, left.text == "function" || left.text == "λ" {
            try lambda(node)
        }
        return node
    }

    private mutating func lambda(_ node: SyntaxNode) throws(Failure) {
        for (at, parameter) in node.list.enumerated() where parameter.kind != .variable {
            throw Failure(
                "S0208",
                position: parameter.position,
                token: parameter.shown,
                value: .int(at + 1)
            )
        }
        node.kind = .lambda
        if isAt("<") { node.signature = try signature() }
        try advance(past: "{")
        node.rhs = try expression(0)
        try advance(past: "}")
    }

    private mutating func signature() throws(Failure) -> Signature {
        let position = token.position
        var depth = 1
        var text = "<"
        while depth > 0, !isAt("{"), token.kind != .end {
            try advance()
            if isAt(">") { depth -= 1 }
            if isAt("<") { depth += 1 }
            text += token.shown.string ?? token.shown.text()
        }
        try advance(past: ">")
        do throws(Signature.Problem) {
            return try Signature(text)
        } catch {
            throw Failure(
                error.code,
                position: position + error.offset,
                value: .string(error.value)
            )
        }
    }
}
