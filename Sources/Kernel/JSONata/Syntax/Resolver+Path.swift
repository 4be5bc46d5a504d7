import Core

extension Resolver {
    private func path(from node: SyntaxNode) -> SyntaxNode {
        if node.kind == .path { return node }
        let path = SyntaxNode(.path, position: node.position)
        path.list = [node]
        return path
    }

    mutating func path(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure) -> SyntaxNode {
        guard let right = node.rhs else { return node }
        let first = try resolve(left)
        let result = path(from: first)
        if first.kind == .parent, let slot = first.slot { result.seekingParent = [slot] }
        let rest = try resolve(right)
        if rest.kind == .path {
            result.list += rest.list
        } else {
            if !rest.predicates.isEmpty {
                rest.stages = rest.predicates.map { .filter($0) }
                rest.predicates = []
            }
            result.list.append(rest)
        }
        for step in result.list {
            switch step.kind {
            case .number, .value:
                throw Failure("S0213", position: step.position, value: step.literal)
            case .string: step.kind = .name
            default: break
            }
        }
        if result.list.contains(where: \.keepsArray) { result.keepsSingleton = true }
        for step in [result.list.first, result.list.last].compactMap(\.self)
        where step.kind == .unary && step.text == "[" {
            step.isConstructed = true
        }
        try resolveAncestry(result)
        return result
    }

    mutating func predicate(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure) -> SyntaxNode {
        guard let right = node.rhs else { return node }
        let result = try resolve(left)
        let step = result.kind == .path ? result.list[result.list.count - 1] : result
        guard step.group == nil else { throw Failure("S0209", position: node.position) }
        let predicate = try resolve(right)
        if !predicate.seekingParent.isEmpty {
            for slot in predicate.seekingParent {
                if slot.level == 1 {
                    try seekParent(step, slot)
                } else {
                    slot.level -= 1
                }
            }
            pushAncestry(from: predicate, to: step)
        }
        if result.kind == .path {
            step.stages.append(.filter(predicate))
        } else {
            step.predicates.append(predicate)
        }
        return result
    }

    mutating func grouping(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure) -> SyntaxNode {
        let result = try resolve(left)
        guard result.group == nil else { throw Failure("S0210", position: node.position) }
        var pairs: [(key: SyntaxNode, value: SyntaxNode)] = []
        for pair in node.pairs {
            pairs.append((try resolve(pair.key), try resolve(pair.value)))
        }
        result.group = SyntaxNode.Group(pairs: pairs, position: node.position)
        return result
    }

    mutating func order(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure) -> SyntaxNode {
        let result = path(from: try resolve(left))
        let sort = SyntaxNode(.sort, position: node.position)
        for term in node.terms {
            let expression = try resolve(term.expression)
            pushAncestry(from: expression, to: sort)
            sort.terms.append((term.isDescending, expression))
        }
        result.list.append(sort)
        try resolveAncestry(result)
        return result
    }

    mutating func focus(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure) -> SyntaxNode {
        let result = try resolve(left)
        let step = result.kind == .path ? result.list[result.list.count - 1] : result
        guard step.stages.isEmpty, step.predicates.isEmpty else {
            throw Failure("S0215", position: node.position)
        }
        guard step.kind != .sort else { throw Failure("S0216", position: node.position) }
        if node.keepsArray { step.keepsArray = true }
        step.focus = node.rhs?.text
        step.isTuple = true
        return result
    }

    mutating func index(_ node: SyntaxNode, _ left: SyntaxNode) throws(Failure) -> SyntaxNode {
        var result = try resolve(left)
        let step: SyntaxNode
        if result.kind == .path {
            step = result.list[result.list.count - 1]
        } else {
            step = result
            result = path(from: step)
            if !step.predicates.isEmpty {
                step.stages = step.predicates.map { .filter($0) }
                step.predicates = []
            }
        }
        if step.stages.isEmpty {
            step.index = node.rhs?.text
        } else {
            step.stages.append(.index(node.rhs?.text ?? ""))
        }
        step.isTuple = true
        return result
    }
}
