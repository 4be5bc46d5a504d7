import Core
import Store
import Testing

@testable import Intents

@Suite struct IntentGraphTests {
    /// service ← on-time ← (a, b); a depends on b; b depends on van; a touches dock.
    private struct Drawn {
        let world: IntentWorld
        let graph: IntentGraph
        let a: GraphNode
        let b: GraphNode
        let goal = GraphNode(.goal, "service")
        let van = GraphNode(.resource, "vehicle/van-1")
        let dock = GraphNode(.resource, "dock/3")

        init() async throws {
            world = try await IntentWorld()
            graph = IntentGraph(scope: world.scope())
            a = GraphNode(world.ids.next(Intent.self))
            b = GraphNode(world.ids.next(Intent.self))
            for edge in [
                GraphEdge(a, .serves, goal), GraphEdge(b, .serves, goal),
                GraphEdge(a, .dependsOn, b), GraphEdge(b, .dependsOn, van),
                GraphEdge(a, .touches, dock),
            ] {
                try await draw(edge)
            }
        }

        @discardableResult
        func draw(_ edge: GraphEdge) async throws -> Bool {
            let graph = graph
            let now = world.clock.now()
            return try await world.database.transaction {
                try graph.draw(edge, at: now, in: $0)
            }
        }

        func walk(
            _ start: GraphNode,
            _ direction: IntentGraph.Direction,
            depth: Int = 16
        ) async throws -> [String: Int] {
            let graph = graph
            let walk = try await world.database.read {
                try graph.walk(from: start, direction, depth: depth, in: $0)
            }
            return Dictionary(
                uniqueKeysWithValues: walk.nodes.map { ($0.node.description, $0.depth) }
            )
        }
    }

    @Test("Walks find what a node leads to, what leads to it, and what suffers with it")
    func walks() async throws {
        let drawn = try await Drawn()
        let (a, b) = (drawn.a.description, drawn.b.description)
        #expect(
            try await drawn.walk(drawn.a, .descendants)
                == [
                    a: 0, b: 1, "goal:service": 1, "resource:dock/3": 1,
                    "resource:vehicle/van-1": 2,
                ]
        )
        #expect(try await drawn.walk(drawn.a, .descendants, depth: 1).count == 4)
        #expect(try await drawn.walk(drawn.goal, .ancestors) == ["goal:service": 0, a: 1, b: 1])
        // The van fails: b depends on it, a on b, and both serve the goal. The dock is not touched by it.
        #expect(
            try await drawn.walk(drawn.van, .impact)
                == ["resource:vehicle/van-1": 0, b: 1, a: 2, "goal:service": 2]
        )
        #expect(
            try await drawn.walk(drawn.dock, .impact) == [
                "resource:dock/3": 0, a: 1, "goal:service": 2,
            ]
        )
    }

    @Test("A shortest path is found, and none where there is none")
    func paths() async throws {
        let drawn = try await Drawn()
        let graph = drawn.graph
        let (way, none) = try await drawn.world.database.read { reader in
            (
                try graph.path(from: drawn.a, to: drawn.van, in: reader),
                try graph.path(from: drawn.van, to: drawn.a, in: reader)
            )
        }
        #expect(way == [drawn.a, drawn.b, drawn.van])
        #expect(none.isEmpty)
    }

    @Test("A circle of dependencies is refused and named, however long it is")
    func cycles() async throws {
        let drawn = try await Drawn()
        let fault = try await #require(throws: GeneralFault.self) {
            try await drawn.draw(GraphEdge(drawn.b, .dependsOn, drawn.a))
        }
        #expect(fault.code == "cycle")
        #expect(fault.details["cycle"]?.array?.count == 3)
        await #expect(throws: GeneralFault.self) {
            try await drawn.draw(GraphEdge(drawn.a, .dependsOn, drawn.a))
        }
        var chain = [drawn.world.ids.next(Intent.self)]
        for _ in 0..<40 {
            let next = drawn.world.ids.next(Intent.self)
            try await drawn.draw(
                GraphEdge(GraphNode(chain[chain.count - 1]), .dependsOn, GraphNode(next))
            )
            chain.append(next)
        }
        let (first, last) = (chain[0], chain[chain.count - 1])
        await #expect(throws: GeneralFault.self) {
            try await drawn.draw(GraphEdge(GraphNode(last), .dependsOn, GraphNode(first)))
        }
        // A walk along it ends at its depth.
        #expect(try await drawn.walk(GraphNode(first), .descendants).count == 17)
    }

    @Test("Edges fit the nodes they join, and are drawn once")
    func fitting() async throws {
        let drawn = try await Drawn()
        for edge in [
            GraphEdge(drawn.goal, .touches, drawn.van), GraphEdge(drawn.van, .serves, drawn.goal),
            GraphEdge(drawn.a, .dependsOn, drawn.goal), GraphEdge(drawn.a, .actedBy, drawn.van),
        ] {
            await #expect(throws: GeneralFault.self) { try await drawn.draw(edge) }
        }
        #expect(try await !drawn.draw(GraphEdge(drawn.a, .serves, drawn.goal)))
    }

    @Test("A large graph is cut, not refused")
    func large() async throws {
        let world = try await IntentWorld()
        let graph = IntentGraph(scope: world.scope())
        let intent = GraphNode(world.ids.next(Intent.self))
        let now = world.clock.now()
        try await world.database.transaction { transaction in
            for index in 0..<600 {
                _ = try graph.insert(
                    GraphEdge(intent, .touches, GraphNode(.resource, "r\(index)")),
                    at: now,
                    in: transaction
                )
            }
        }
        let walk = try await world.database.read {
            try graph.walk(from: intent, .descendants, in: $0)
        }
        #expect(walk.isCut)
        #expect(walk.nodes.count == IntentGraph.largest)
    }

    @Test("Another organisation's graph is another")
    func isolation() async throws {
        let drawn = try await Drawn()
        let theirs = IntentGraph(scope: drawn.world.scope(drawn.world.theirs))
        let walk = try await drawn.world.database.read {
            try theirs.walk(from: drawn.goal, .ancestors, in: $0)
        }
        #expect(walk.nodes.map(\.node) == [drawn.goal])
    }

    @Test(
        "Nodes are read as they are written",
        arguments: [
            ("goal:service", true), ("agent:logistics.analyser", true), ("resource:a/b:c", true),
            ("intent:01930000-0000-7000-8000-c00000000026", true), ("intent:1", false),
            ("thing:x", false), ("goal:", false), ("goal:a b", false), ("goal", false),
        ]
    )
    func nodes(text: String, isGood: Bool) {
        #expect(GraphNode(text)?.description == (isGood ? text : nil))
    }

    @Test("What remediations worked on takes nobody's place, comes last, and is forgotten")
    func writtenByItself() async throws {
        let drawn = try await Drawn()
        let (graph, world, now) = (drawn.graph, drawn.world, drawn.world.clock.now())
        let until = now + .seconds(600)
        let intent = GraphNode(world.ids.next(Intent.self))
        try await world.database.transaction { transaction in
            for index in 0..<IntentGraph.mostEdges {
                let resource = GraphNode(.resource, "order/\(index)")
                let edge = GraphEdge(intent, .touches, resource)
                try graph.note(edge, at: now, until: until, in: transaction)
            }
        }
        // Somebody may still draw, and what they draw is shown.
        let dock = GraphNode(.resource, "zone/9")
        #expect(try await drawn.draw(GraphEdge(drawn.b, .touches, dock)))
        let whole = try await world.database.read { try graph.whole(in: $0) }
        #expect(whole.isCut)
        #expect(whole.edges.contains(GraphEdge(drawn.b, .touches, dock)))
        #expect(whole.edges.contains(GraphEdge(drawn.a, .serves, drawn.goal)))
        // One that had been written by itself is theirs once they draw it.
        let kept = GraphEdge(intent, .touches, GraphNode(.resource, "order/7"))
        #expect(try await drawn.draw(kept))
        #expect(try await !drawn.draw(kept))
        let later = until + .seconds(1)
        try await world.database.transaction {
            try graph.note(kept, at: later, until: later, in: $0)
            try IntentActs.forget(evaluationsBefore: now, at: later, in: $0)
        }
        let left = try await world.database.read { try graph.edges(of: intent, in: $0) }
        #expect(left == [kept])
        #expect(try await drawn.walk(drawn.a, .descendants)[drawn.dock.description] == 1)
    }
}
