import Agents
import Core
import Identity
import Intents
import Live
import Store

extension IntentTools {
    func graph() throws -> [Tool] {
        [
            try showGraph(), try findPath(), try drawEdge(), try removeEdge(), try listGoals(),
            try keepGoal(),
        ]
    }

    private static let walkRelations = Shape.described(
        ["type": "string", "maxLength": 100],
        "Relations with commas between; all without it."
    )

    private static func relations(_ reader: JSONReader?) throws -> [GraphRelation] {
        guard let reader else { return GraphRelation.allCases }
        return try reader.string().split(separator: ",").map { word in
            guard let relation = GraphRelation(rawValue: String(word)) else {
                throw reader.fault(
                    "\"\(word.prefix(40))\" is no relation; expected "
                        + GraphRelation.allCases.map(\.rawValue).joined(separator: ", ")
                )
            }
            return relation
        }
    }

    private func showGraph() throws -> Tool {
        try Tool(
            name: "intents.graph",
            purpose:
                "Shows the intent graph: all of it, or what a walk from a node finds. impact finds "
                + "everything that suffers when the node fails.",
            input: Shape.record(
                nil,
                [
                    ("node", Self.node),
                    (
                        "direction",
                        Shape.choice(IntentGraph.Direction.allCases.map(\.rawValue))
                    ), ("relations", Self.walkRelations),
                    (
                        "depth",
                        [
                            "type": "integer", "minimum": 1,
                            "maximum": .int(IntentGraph.deepest),
                        ]
                    ),
                ],
                optional: ["node", "direction", "relations", "depth"]
            ),
            output: Self.graphAnswer,
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let graph = IntentGraph(scope: invocation.scope)
                let walk: IntentGraph.Walk
                if let start = try input.optional("node") {
                    walk = try graph.walk(
                        from: GraphNode(reading: start),
                        input.optional("direction")?.choice() ?? .descendants,
                        along: Self.relations(input.optional("relations")),
                        depth: input.optional("depth")?.int(in: 1...IntentGraph.deepest)
                            ?? IntentGraph.deepest,
                        in: reader
                    )
                } else {
                    walk = try graph.whole(in: reader)
                }
                return try Self.json(walk, invocation.scope, in: reader)
            }
        )
    }

    /// A walk with titles, without intents that the scope may not see.
    private static func json(
        _ walk: IntentGraph.Walk,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSON {
        let store = IntentStore(scope: scope)
        let goals = Dictionary(
            try IntentGraph(scope: scope).goals(in: reader).map { ($0.key, $0.title) }
        ) { first, _ in first }
        var hidden: Set<GraphNode> = []
        var nodes: [JSON] = []
        for (node, depth) in walk.nodes {
            var json: JSON = [
                "node": .string(node.description), "kind": .string(node.kind.rawValue),
                "key": .string(node.key), "title": .string(node.key), "depth": .int(depth),
                "status": .null, "state": .null,
            ]
            if let id = node.intent {
                guard let intent = try? store.intent(id, in: reader) else {
                    hidden.insert(node)
                    continue
                }
                json["title"] = .string(intent.desiredOutcome)
                json["status"] = .string(intent.status.rawValue)
                json["state"] = try store.shown(intent, in: reader)["state"] ?? .null
            } else if node.kind == .goal, let title = goals[node.key] {
                json["title"] = .string(title)
            }
            nodes.append(json)
        }
        let edges = walk.edges.filter {
            !hidden.contains($0.source) && !hidden.contains($0.target)
        }
        return [
            "nodes": .array(nodes), "edges": .array(edges.map(\.json)), "cut": .bool(walk.isCut),
        ]
    }

    private func findPath() throws -> Tool {
        try Tool(
            name: "intents.find-path",
            purpose:
                "Finds a shortest way along the edges of the intent graph; empty when there is "
                + "none within \(IntentGraph.deepest) steps.",
            input: Shape.record(
                nil,
                [("from", Self.node), ("to", Self.node), ("relations", Self.walkRelations)],
                optional: ["relations"]
            ),
            output: Shape.record(nil, [("nodes", Shape.list(of: Self.node))]),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let way = try IntentGraph(scope: scope).path(
                    from: GraphNode(reading: input.member("from")),
                    to: GraphNode(reading: input.member("to")),
                    along: Self.relations(input.optional("relations")),
                    in: reader
                )
                let store = IntentStore(scope: scope)
                let isSeen = try way.allSatisfy { node in
                    try node.intent.map { try store.exists($0, in: reader) } ?? true
                }
                return [
                    "nodes": .array(isSeen ? way.map { .string($0.description) } : [])
                ]
            }
        )
    }

    private static func edge(_ input: JSONReader) throws -> GraphEdge {
        let relation = try input.member("relation").choice(GraphRelation.self)
        guard relation != .actedBy else {
            throw try input.member("relation").fault(
                "acted-by is written by itself when an agent decides for an intent"
            )
        }
        return GraphEdge(
            try GraphNode(reading: input.member("from")),
            relation,
            try GraphNode(reading: input.member("to"))
        )
    }

    private func drawEdge() throws -> Tool {
        try Tool(
            name: "intents.draw-edge",
            purpose:
                "Draws an edge of the intent graph; a circle of serves or depends-on is refused.",
            input: Shape.record(
                nil,
                [("from", Self.node), ("relation", Self.relation), ("to", Self.node)]
            ),
            output: Self.edge,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let edge = try Self.edge(input)
                return { transaction in
                    let scope = invocation.scope
                    try known(edge.source, scope, pointer: "/from", in: transaction)
                    try known(edge.target, scope, pointer: "/to", in: transaction)
                    try IntentGraph(scope: scope).draw(edge, at: invocation.now, in: transaction)
                    changed(invocation, in: transaction)
                    return edge.json
                }
            }
        )
    }

    private func changed(_ invocation: Invocation, in transaction: any Transaction) {
        transaction.afterCommit { [kernel] in
            kernel.live.changed("intents", organisation: invocation.scope.organisation)
        }
    }

    private func removeEdge() throws -> Tool {
        try Tool(
            name: "intents.remove-edge",
            purpose: "Removes an edge of the intent graph.",
            input: Shape.record(
                nil,
                [("from", Self.node), ("relation", Self.relation), ("to", Self.node)]
            ),
            output: Shape.nothing,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let edge = try Self.edge(input)
                return { transaction in
                    let scope = invocation.scope
                    let isVisible = try Self.visible([edge], to: scope, in: transaction).count == 1
                    guard isVisible,
                        try IntentGraph(scope: scope).remove(edge, in: transaction)
                    else {
                        throw GeneralFault(
                            .notFound,
                            code: "edge-not-found",
                            "there is no such edge"
                        )
                    }
                    changed(invocation, in: transaction)
                    return .null
                }
            }
        )
    }

    private static let goal = Shape.record("Goal", [("key", Shape.text), ("title", Shape.text)])

    private func listGoals() throws -> Tool {
        try Tool(
            name: "intents.list-goals",
            purpose: "Lists the goals that intents serve.",
            input: Shape.record(nil, []),
            output: Shape.record(nil, [("items", Shape.list(of: Self.goal))]),
            roles: Self.readers,
            body: .read { _, invocation, reader in
                let goals = try IntentGraph(scope: invocation.scope).goals(in: reader)
                return [
                    "items": .array(
                        goals.map { ["key": .string($0.key), "title": .string($0.title)] }
                    )
                ]
            }
        )
    }

    private func keepGoal() throws -> Tool {
        try Tool(
            name: "intents.keep-goal",
            purpose: "Keeps a goal under a key, or gives it another title.",
            input: Shape.record(
                nil,
                [
                    ("key", ["type": "string", "minLength": 1, "maxLength": 60]),
                    ("title", ["type": "string", "minLength": 1, "maxLength": 200]),
                ]
            ),
            output: Self.goal,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let key = try input.member("key").string(length: 1...60)
                let title = try input.member("title").string(length: 1...200)
                guard GraphNode("goal:\(key)") != nil else {
                    throw try input.member("key").fault("expected a key without spaces")
                }
                return { transaction in
                    let graph = IntentGraph(scope: invocation.scope)
                    guard try graph.goals(in: transaction).count < 1_000 else {
                        throw GeneralFault(
                            .conflict,
                            code: "too-many-goals",
                            "an organisation has at most 1000 goals"
                        )
                    }
                    try graph.keepGoal(key, title: title, at: invocation.now, in: transaction)
                    changed(invocation, in: transaction)
                    return ["key": .string(key), "title": .string(title)]
                }
            }
        )
    }
}
