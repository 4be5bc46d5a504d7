import Core

/// Turns what the parser made into what is evaluated: paths with steps and stages, scopes of parents.
///
/// Works on the tree in place.
struct Resolver {
    private var slots: [SyntaxNode.Slot] = []
    /// The nodes of parent operators, by the index of their slot.
    private var parents: [SyntaxNode] = []
    private let stack: StackGuard

    init(stack: StackGuard) { self.stack = stack }

    /// The tree, resolved.
    static func resolve(_ tree: SyntaxNode, stack: StackGuard) throws(Failure) -> SyntaxNode {
        var resolver = Resolver(stack: stack)
        let result = try resolver.resolve(tree)
        if result.kind == .parent || !result.seekingParent.isEmpty {
            throw Failure(
                "S0217",
                position: result.kind == .path || result.kind == .parent ? nil : result.position,
                token: .string(Self.typeName(result))
            )
        }
        return result
    }

    mutating func resolve(_ node: SyntaxNode) throws(Failure) -> SyntaxNode {
        if stack.isShort {
            var copy = self
            let answer = try stack.onFreshStack { () throws(Failure) in
                let node = try copy.resolved(node)
                return (node, copy)
            }
            self = answer.1
            return answer.0
        }
        return try resolved(node)
    }

    private mutating func resolved(_ node: SyntaxNode) throws(Failure) -> SyntaxNode {
        let keepsArray = node.keepsArray
        let result = try resolvedByKind(node)
        if keepsArray { result.keepsArray = true }
        return result
    }

    private mutating func resolvedByKind(_ node: SyntaxNode) throws(Failure) -> SyntaxNode {
        switch node.kind {
        case .binary: return try binary(node)
        case .unary: return try unary(node)
        case .function, .partial:
            node.list = try parts(node.list, pushingTo: node)
            node.lhs = try node.lhs.map { child throws(Failure) in try resolve(child) }
        case .lambda:
            node.rhs = try node.rhs.map { child throws(Failure) in
                withTailCall(try resolve(child))
            }
        case .condition, .otherwise:
            node.lhs = try part(node.lhs, pushingTo: node)
            node.rhs = try part(node.rhs, pushingTo: node)
            node.third = try part(node.third, pushingTo: node)
        case .transform:
            node.lhs = try node.lhs.map { child throws(Failure) in try resolve(child) }
            node.rhs = try node.rhs.map { child throws(Failure) in try resolve(child) }
            node.third = try node.third.map { child throws(Failure) in try resolve(child) }
        case .block:
            node.list = try parts(node.list, pushingTo: node)
            for item in node.list
            where item.isConstructed || (item.kind == .path && item.list[0].isConstructed) {
                node.isConstructed = true
            }
        case .name: return path(ofName: node)
        case .parent:
            let slot = SyntaxNode.Slot(label: "!\(parents.count)", index: parents.count)
            node.slot = slot
            parents.append(node)
        case .operation:
            if ["and", "or", "in"].contains(node.text) {
                node.kind = .name
                return path(ofName: node)
            }
            guard node.text == "?" else {
                throw Failure("S0201", position: node.position, token: node.shown)
            }
        case .end: throw Failure("S0207", position: node.position, token: node.shown)
        case .string, .number, .value, .wildcard, .descendant, .variable, .regex: break
        case .bind, .apply, .path, .sort: break
        }
        return node
    }

    private func path(ofName node: SyntaxNode) -> SyntaxNode {
        let path = SyntaxNode(.path, position: node.position)
        path.list = [node]
        path.keepsSingleton = node.keepsArray
        return path
    }

    private mutating func part(_ node: SyntaxNode?, pushingTo owner: SyntaxNode) throws(Failure)
        -> SyntaxNode?
    {
        guard let node else { return nil }
        let result = try resolve(node)
        pushAncestry(from: result, to: owner)
        return result
    }

    private mutating func parts(_ nodes: [SyntaxNode], pushingTo owner: SyntaxNode)
        throws(Failure) -> [SyntaxNode]
    {
        var results: [SyntaxNode] = []
        for node in nodes {
            let result = try resolve(node)
            pushAncestry(from: result, to: owner)
            results.append(result)
        }
        return results
    }

    private mutating func unary(_ node: SyntaxNode) throws(Failure) -> SyntaxNode {
        switch node.text {
        case "[": node.list = try parts(node.list, pushingTo: node)
        case "{": try pairs(of: node)
        default:
            guard let operand = node.lhs else { return node }
            let result = try resolve(operand)
            if result.kind == .number, let value = result.literal?.double {
                result.literal = .double(-value)
                return result
            }
            node.lhs = result
            pushAncestry(from: result, to: node)
        }
        return node
    }

    private mutating func pairs(of node: SyntaxNode) throws(Failure) {
        for at in node.pairs.indices {
            node.pairs[at].key = try resolve(node.pairs[at].key)
            pushAncestry(from: node.pairs[at].key, to: node)
            node.pairs[at].value = try resolve(node.pairs[at].value)
            pushAncestry(from: node.pairs[at].value, to: node)
        }
    }

    private mutating func binary(_ node: SyntaxNode) throws(Failure) -> SyntaxNode {
        guard let left = node.lhs else { return node }
        switch node.text {
        case ".": return try path(node, left)
        case "[": return try predicate(node, left)
        case "{": return try grouping(node, left)
        case "^": return try order(node, left)
        case "@": return try focus(node, left)
        case "#": return try index(node, left)
        case ":=":
            node.kind = .bind
            node.rhs = try part(node.rhs, pushingTo: node)
        case "~>":
            node.kind = .apply
            let first = try resolve(left)
            node.lhs = first
            node.rhs = try node.rhs.map { child throws(Failure) in try resolve(child) }
            node.keepsArray = first.keepsArray || node.rhs?.keepsArray == true
        default:
            node.lhs = try part(left, pushingTo: node)
            node.rhs = try part(node.rhs, pushingTo: node)
        }
        return node
    }

    /// A call at the end of a function becomes a thunk, which the caller runs without growing the stack.
    private func withTailCall(_ node: SyntaxNode) -> SyntaxNode {
        switch node.kind {
        case .function where node.predicates.isEmpty:
            let thunk = SyntaxNode(.lambda, position: node.position)
            thunk.isThunk = true
            thunk.rhs = node
            return thunk
        case .condition:
            node.rhs = node.rhs.map { withTailCall($0) }
            node.third = node.third.map { withTailCall($0) }
        case .otherwise: node.rhs = node.rhs.map { withTailCall($0) }
        case .block:
            if let last = node.list.popLast() { node.list.append(withTailCall(last)) }
        default: break
        }
        return node
    }

    // MARK: parents

    /// What the reference calls the kind of a node, for messages.
    static func typeName(_ node: SyntaxNode) -> String {
        switch node.kind {
        case .otherwise: "condition"
        case .operation: "operator"
        default: String(describing: node.kind)
        }
    }

    func pushAncestry(from node: SyntaxNode, to owner: SyntaxNode) {
        owner.seekingParent += node.seekingParent
        if node.kind == .parent, let slot = node.slot { owner.seekingParent.append(slot) }
    }

    /// Looks for the step whose context the slot means, from the node backwards.
    func seekParent(_ node: SyntaxNode, _ slot: SyntaxNode.Slot) throws(Failure) {
        switch node.kind {
        case .name, .wildcard:
            slot.level -= 1
            guard slot.level == 0 else { return }
            if let known = node.ancestor { parents[slot.index].slot?.label = known.label }
            node.ancestor = slot
            node.isTuple = true
        case .parent: slot.level += 1
        case .block:
            guard let last = node.list.last else { return }
            node.isTuple = true
            try seekParent(last, slot)
        case .path:
            node.isTuple = true
            var at = node.list.count - 1
            try seekParent(node.list[at], slot)
            at -= 1
            while slot.level > 0, at >= 0 {
                try seekParent(node.list[at], slot)
                at -= 1
            }
        default:
            throw Failure("S0217", position: node.position, token: .string(Self.typeName(node)))
        }
    }

    func resolveAncestry(_ path: SyntaxNode) throws(Failure) {
        guard let last = path.list.last else { return }
        var slots = last.seekingParent
        if last.kind == .parent, let slot = last.slot { slots.append(slot) }
        for slot in slots {
            var at = path.list.count - 2
            while slot.level > 0 {
                if at < 0 {
                    path.seekingParent.append(slot)
                    break
                }
                var step = path.list[at]
                at -= 1
                // Steps in a row that bind the focus do not move the context.
                while at >= 0, step.focus != nil, path.list[at].focus != nil {
                    step = path.list[at]
                    at -= 1
                }
                try seekParent(step, slot)
            }
        }
    }
}
