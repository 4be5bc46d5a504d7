import Core

/// Makes the immutable tree of a resolved one.
struct Compiler {
    private let library: [String: NativeFunction]
    private let stack: StackGuard
    /// Names that something in the source binds.
    private var bound: Set<String>
    private(set) var globals: Set<String> = []

    /// A compiler; with `dynamic` every variable is looked up where it is used, as within `$eval`.
    init(library: JSONataLibrary, stack: StackGuard) {
        self.library = library.functions
        self.stack = stack
        bound = []
    }

    /// Parses, resolves and compiles a source.
    static func compile(
        _ source: String,
        library: JSONataLibrary,
        stack: StackGuard,
        isDynamic: Bool = false
    ) throws(Failure) -> (node: Node, globals: Set<String>) {
        let parsed = try Parser.parse(source, stack: stack)
        let tree = try Resolver.resolve(parsed, stack: stack)
        var compiler = Compiler(library: library, stack: stack)
        try compiler.collect(tree)
        if isDynamic { compiler.isDynamic = true }
        let node = try compiler.node(tree)
        return (node, compiler.globals)
    }

    private var isDynamic = false

    private mutating func collect(_ node: SyntaxNode) throws(Failure) {
        if stack.isShort {
            var copy = self
            self = try stack.onFreshStack { () throws(Failure) in
                try copy.collectHere(node)
                return copy
            }
        } else {
            try collectHere(node)
        }
    }

    private mutating func collectHere(_ node: SyntaxNode) throws(Failure) {
        // What is evaluated from text may bind variables that this source reads.
        if node.kind == .variable, node.text == "eval" { isDynamic = true }
        if node.kind == .bind, let name = node.lhs?.text { bound.insert(name) }
        if node.kind == .lambda { bound.formUnion(node.list.map(\.text)) }
        if let focus = node.focus { bound.insert(focus) }
        if let index = node.index { bound.insert(index) }
        for case .index(let name) in node.stages { bound.insert(name) }
        for child in Self.children(of: node) { try collect(child) }
    }

    private static func children(of node: SyntaxNode) -> [SyntaxNode] {
        var children = [node.lhs, node.rhs, node.third].compactMap(\.self)
        children += node.list + node.predicates + node.terms.map(\.expression)
        for pair in node.pairs + (node.group?.pairs ?? []) { children += [pair.key, pair.value] }
        for case .filter(let filter) in node.stages { children.append(filter) }
        return children
    }

    mutating func node(_ tree: SyntaxNode) throws(Failure) -> Node {
        if stack.isShort {
            var copy = self
            let answer = try stack.onFreshStack { () throws(Failure) in
                let node = try copy.compiled(tree)
                return (node, copy)
            }
            self = answer.1
            return answer.0
        }
        return try compiled(tree)
    }

    private mutating func nodes(_ trees: [SyntaxNode]) throws(Failure) -> [Node] {
        var nodes: [Node] = []
        nodes.reserveCapacity(trees.count)
        for tree in trees { nodes.append(try node(tree)) }
        return nodes
    }

    private mutating func part(_ tree: SyntaxNode?) throws(Failure) -> Node {
        guard let tree else { throw Failure("S0206") }
        return try node(tree)
    }

    private mutating func compiled(_ tree: SyntaxNode) throws(Failure) -> Node {
        var group: Node.Group?
        let kind = try kind(of: tree)
        if let found = tree.group {
            group = Node.Group(pairs: try pairs(found.pairs), position: found.position)
        }
        var step = Node.Step(
            focus: tree.focus.map { Name($0) },
            index: tree.index.map { Name($0) },
            ancestor: tree.ancestor.map { Name($0.label) },
            isTuple: tree.isTuple,
            isConstructed: tree.isConstructed
        )
        for stage in tree.stages {
            switch stage {
            case .filter(let filter): step.stages.append(.filter(try node(filter)))
            case .index(let name): step.stages.append(.index(Name(name)))
            }
        }
        let isPlainStep =
            tree.stages.isEmpty && !tree.isTuple && !tree.isConstructed && tree.focus == nil
            && tree.index == nil && tree.ancestor == nil
        return Node(
            kind,
            position: tree.position,
            step: isPlainStep ? nil : step,
            predicates: try nodes(tree.predicates),
            group: group,
            keepsArray: tree.keepsArray
        )
    }

    private mutating func kind(of tree: SyntaxNode) throws(Failure) -> Node.Kind {
        switch tree.kind {
        case .path: return .path(try path(tree))
        case .binary:
            guard let operation = Node.Operation(rawValue: tree.text) else {
                throw Failure("S0206", position: tree.position, token: tree.shown)
            }
            return .binary(operation, try part(tree.lhs), try part(tree.rhs))
        case .unary:
            switch tree.text {
            case "[": return .array(try nodes(tree.list), isConstructed: tree.isConstructed)
            case "{":
                return .object(
                    Node.Group(pairs: try pairs(tree.pairs), position: tree.position)
                )
            default: return .negation(try part(tree.lhs))
            }
        case .name: return .name(tree.text)
        case .string: return .string(tree.text)
        case .number: return .number(tree.literal?.double ?? .nan)
        case .value:
            guard let flag = tree.literal?.bool else { return .null }
            return .bool(flag)
        case .regex:
            guard let pattern = tree.pattern else { throw Failure("S0206") }
            return .regex(pattern)
        case .wildcard: return .wildcard
        case .descendant: return .descendants
        case .parent: return .parent(Name(tree.slot?.label ?? ""))
        case .condition:
            let third = try tree.third.map { third throws(Failure) in try node(third) }
            return .condition(try part(tree.lhs), try part(tree.rhs), third)
        case .otherwise:
            let isCoalescing = tree.text == "??"
            return .otherwise(
                isCoalescing: isCoalescing,
                try part(tree.lhs),
                try part(tree.rhs)
            )
        case .block: return .block(try nodes(tree.list))
        case .bind: return .bind(Name(tree.lhs?.text ?? ""), try part(tree.rhs))
        case .function: return .call(try call(tree))
        case .partial: return .partial(try call(tree))
        case .variable: return variable(tree.text)
        case .lambda:
            return .lambda(
                LambdaNode(
                    parameters: tree.list.map { Name($0.text) },
                    body: try part(tree.rhs),
                    signature: tree.signature,
                    isThunk: tree.isThunk
                )
            )
        case .apply: return .chain(try part(tree.lhs), try part(tree.rhs))
        case .transform:
            return .transform(
                Node.Transform(
                    pattern: try part(tree.lhs),
                    update: try part(tree.rhs),
                    deletion: try tree.third.map { third throws(Failure) in try node(third) },
                    position: tree.position
                )
            )
        case .sort:
            var terms: [Node.Term] = []
            for term in tree.terms {
                let expression = try node(term.expression)
                terms.append(Node.Term(isDescending: term.isDescending, expression: expression))
            }
            return .sort(terms)
        case .operation: return .placeholder
        case .end: throw Failure("S0207", position: tree.position)
        }
    }

    private mutating func variable(_ name: String) -> Node.Kind {
        if name.isEmpty { return .context }
        guard !bound.contains(name) else { return .variable(Name(name)) }
        if name != "$" { globals.insert(name) }
        if isDynamic { return .variable(Name(name)) }
        return .global(Name(name), library[name])
    }

    /// Whether a step does nothing but look up a member or, as the first, a variable.
    private static func isPlain(_ node: Node, isFirst: Bool) -> Bool {
        guard node.step == nil, node.isPlain, !node.keepsArray else { return false }
        switch node.kind {
        case .name: return true
        case .variable, .global, .context: return isFirst
        default: return false
        }
    }

    private mutating func path(_ tree: SyntaxNode) throws(Failure) -> Node.Path {
        let steps = try nodes(tree.list)
        var plain = 0
        while plain < steps.count, Self.isPlain(steps[plain], isFirst: plain == 0) { plain += 1 }
        return Node.Path(
            steps: steps,
            keepsSingleton: tree.keepsSingleton,
            isTuple: tree.isTuple,
            plainSteps: plain,
            isAbsolute: tree.list.first?.kind == .variable
        )
    }

    private mutating func pairs(_ pairs: [(key: SyntaxNode, value: SyntaxNode)]) throws(Failure)
        -> [(key: Node, value: Node)]
    {
        var result: [(key: Node, value: Node)] = []
        for pair in pairs { result.append((try node(pair.key), try node(pair.value))) }
        return result
    }

    /// What the reference calls a function that is not found by a path.
    private static func name(of procedure: SyntaxNode) -> String? {
        switch procedure.kind {
        case .lambda, .block, .condition, .otherwise, .transform: nil
        default: procedure.text
        }
    }

    private mutating func call(_ tree: SyntaxNode) throws(Failure) -> Node.Call {
        let isPath = tree.lhs?.kind == .path
        let first = isPath ? tree.lhs?.list.first?.text : tree.lhs.flatMap { Self.name(of: $0) }
        return Node.Call(
            procedure: try part(tree.lhs),
            arguments: try nodes(tree.list),
            position: tree.position,
            name: first,
            field: isPath ? first.map { Name($0) } : nil
        )
    }
}
