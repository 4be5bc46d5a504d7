public import Core
public import Store

/// Goals, intents, agents and resources of an organisation, and how they hang together.
///
/// Walks are recursive queries, bounded in depth and in size.
public struct IntentGraph: Sendable {
    /// How deep a walk goes at most.
    public static let deepest = 16
    /// How many nodes a walk answers at most.
    public static let largest = 500
    /// How many edges an organisation may draw.
    public static let mostEdges = 20_000

    let scope: Scope

    /// The graph of the scope's organisation.
    public init(scope: Scope) { self.scope = scope }

    /// Which way a walk goes.
    public enum Direction: String, Sendable, CaseIterable {
        /// Along edges: what a node serves, depends on, touches, and who acted.
        case descendants
        /// Against edges: what serves it, depends on it, touches it.
        case ancestors
        /// To everything that suffers when a node fails: what depends on it or touches it, what that
        /// serves, and so on.
        case impact
    }

    /// What a walk found.
    public struct Walk: Sendable {
        /// The nodes with how many steps away they are, the start first.
        public var nodes: [(node: GraphNode, depth: Int)]
        /// The edges among them.
        public var edges: [GraphEdge]
        /// Whether there was more than ``IntentGraph/largest``.
        public var isCut: Bool
    }

    // MARK: Drawing

    /// Draws an edge; drawing it twice is once.
    ///
    /// - Returns: whether it is new.
    /// - Throws: faults of code `edge-does-not-fit`, `cycle` or `too-many-edges`; `StoreError`.
    @discardableResult
    public func draw(
        _ edge: GraphEdge,
        at now: Timestamp,
        pointer: String = "/to",
        in transaction: any Transaction
    ) throws -> Bool {
        let ends = edge.relation.ends
        guard ends.from.contains(edge.source.kind), ends.to.contains(edge.target.kind) else {
            let words = { (kinds: Set<GraphNode.Kind>) in
                kinds.map(\.rawValue).sorted().joined(separator: " or ")
            }
            throw GeneralFault(
                .invalid,
                code: "edge-does-not-fit",
                "\(edge.relation.rawValue) leads from \(words(ends.from)) to \(words(ends.to)), "
                    + "found from \(edge.source.kind.rawValue) to \(edge.target.kind.rawValue)",
                pointer: pointer
            )
        }
        if edge.relation.isAcyclic {
            if try edge.source == edge.target
                || reaches(edge.target, edge.source, along: edge.relation, in: transaction)
            {
                let back = try path(
                    from: edge.target,
                    to: edge.source,
                    along: [edge.relation],
                    in: transaction
                )
                let round = ([edge.source] + (back.isEmpty ? [edge.target] : back))
                    .map(\.description)
                throw GeneralFault(
                    .conflict,
                    code: "cycle",
                    "that would be a circle: " + round.joined(separator: " → "),
                    pointer: pointer,
                    details: ["cycle": .array(round.map { .string($0) })]
                )
            }
        }
        let count = try transaction.first(
            """
            SELECT count(*) FROM intent_edge
            WHERE organisation = ? AND relation <> 'acted-by' AND until_at IS NULL
            """,
            [.id(scope.organisation)]
        ) { try $0.int(0) }
        guard count ?? 0 < Self.mostEdges else {
            throw GeneralFault(
                .conflict,
                code: "too-many-edges",
                "an organisation has at most \(Self.mostEdges) edges; remove some first"
            )
        }
        return try insert(edge, at: now, in: transaction)
    }

    /// Whether a chain of one relation, however long, leads from one node to another.
    private func reaches(
        _ start: GraphNode,
        _ end: GraphNode,
        along relation: GraphRelation,
        in reader: any Reader
    ) throws -> Bool {
        try reader.exists(
            """
            WITH RECURSIVE reach (node) AS (
                SELECT \(Self.start) FROM intent_edge WHERE 1 = 0
                UNION
                SELECT e.target FROM reach r JOIN intent_edge e
                ON e.organisation = ? AND e.source = r.node AND e.relation = ?
            )
            SELECT 1 FROM reach WHERE node = ? LIMIT 1
            """,
            [
                .text(start.description), .id(scope.organisation), .text(relation.rawValue),
                .text(end.description),
            ]
        )
    }

    /// Keeps what somebody drew; one that had been written by itself is theirs from now on.
    func insert(
        _ edge: GraphEdge,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            """
            INSERT INTO intent_edge (organisation, source, relation, target, at)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (organisation, source, relation, target)
            DO UPDATE SET until_at = NULL WHERE intent_edge.until_at IS NOT NULL
            """,
            [
                .id(scope.organisation), .text(edge.source.description),
                .text(edge.relation.rawValue), .text(edge.target.description), .time(now),
            ]
        ) == 1
    }

    /// Writes an edge that nobody drew, which is forgotten after a moment; one that somebody drew stays
    /// theirs.
    func note(
        _ edge: GraphEdge,
        at now: Timestamp,
        until: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO intent_edge (organisation, source, relation, target, at, until_at)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organisation, source, relation, target)
            DO UPDATE SET until_at = excluded.until_at
                WHERE intent_edge.until_at < excluded.until_at
            """,
            [
                .id(scope.organisation), .text(edge.source.description),
                .text(edge.relation.rawValue), .text(edge.target.description), .time(now),
                .time(until),
            ]
        )
    }

    /// Removes an edge.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `StoreError`.
    public func remove(_ edge: GraphEdge, in transaction: any Transaction) throws -> Bool {
        try transaction.executeCounting(
            """
            DELETE FROM intent_edge
            WHERE organisation = ? AND source = ? AND relation = ? AND target = ?
            """,
            [
                .id(scope.organisation), .text(edge.source.description),
                .text(edge.relation.rawValue), .text(edge.target.description),
            ]
        ) == 1
    }

    // MARK: Goals

    /// Keeps a goal under a key, or changes its title.
    ///
    /// - Throws: `StoreError`.
    public func keepGoal(
        _ key: String,
        title: String,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO intent_goal (organisation, key, title, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (organisation, key) DO UPDATE SET title = excluded.title
            """,
            [.id(scope.organisation), .text(key), .text(title), .time(now)]
        )
    }

    /// The goals by key.
    ///
    /// - Throws: `StoreError`.
    public func goals(in reader: any Reader) throws -> [(key: String, title: String)] {
        try reader.query(
            "SELECT key, title FROM intent_goal WHERE organisation = ? ORDER BY key LIMIT 1000",
            [.id(scope.organisation)]
        ) { (key: try $0.text(0), title: try $0.text(1)) }
    }

    // MARK: Walking

    /// The start of a walk, as an aggregate of no rows, which is one row: PostgreSQL wants it to have
    /// the column's collation, and SQLite knows no name of that.
    private static let start = "coalesce(max(source), CAST(? AS TEXT))"

    private static func marks(_ count: Int) -> String {
        Array(repeating: "?", count: count).joined(separator: ", ")
    }

    /// Walks from a node.
    ///
    /// - Parameters:
    ///   - start: where.
    ///   - direction: which way.
    ///   - relations: along which edges; impact has its own.
    ///   - depth: how far, at most ``deepest``.
    ///   - reader: the state to read.
    /// - Returns: the start alone when nothing is joined to it.
    /// - Throws: `StoreError`.
    public func walk(
        from start: GraphNode,
        _ direction: Direction,
        along relations: [GraphRelation] = GraphRelation.allCases,
        depth: Int = deepest,
        in reader: any Reader
    ) throws -> Walk {
        let organisation = SQLValue.id(scope.organisation)
        let names: [SQLValue] = relations.map { .text($0.rawValue) }
        var parameters: [SQLValue] = [.text(start.description)]
        let step: String
        switch direction {
        case .descendants:
            step = """
                SELECT e.target, w.depth + 1 FROM walk w JOIN intent_edge e
                ON e.organisation = ? AND e.source = w.node
                    AND e.relation IN (\(Self.marks(names.count)))
                """
            parameters += [organisation] + names
        case .ancestors:
            step = """
                SELECT e.source, w.depth + 1 FROM walk w JOIN intent_edge e
                ON e.organisation = ? AND e.target = w.node
                    AND e.relation IN (\(Self.marks(names.count)))
                """
            parameters += [organisation] + names
        case .impact:
            step = """
                SELECT CASE WHEN e.target = w.node AND e.relation IN ('depends-on', 'touches')
                        THEN e.source ELSE e.target END,
                    w.depth + 1
                FROM walk w JOIN intent_edge e ON e.organisation = ?
                    AND ((e.target = w.node AND e.relation IN ('depends-on', 'touches'))
                        OR (e.source = w.node AND e.relation = 'serves'))
                """
            parameters.append(organisation)
        }
        parameters.append(.int(max(0, min(depth, Self.deepest))))
        let found = try reader.query(
            """
            WITH RECURSIVE walk (node, depth) AS (
                SELECT \(Self.start), CAST(0 AS BIGINT) FROM intent_edge WHERE 1 = 0
                UNION
                \(step)
                WHERE w.depth < CAST(? AS BIGINT)
            )
            SELECT node, min(depth) FROM walk GROUP BY node ORDER BY min(depth), node
            LIMIT \(Self.largest + 1)
            """,
            parameters
        ) { (node: GraphNode(try $0.text(0)), depth: Int(try $0.int(1))) }
        let nodes = found.prefix(Self.largest).compactMap { entry in
            entry.node.map { (node: $0, depth: entry.depth) }
        }
        return Walk(
            nodes: nodes,
            edges: try edges(among: nodes.map(\.node), in: reader),
            isCut: found.count > Self.largest
        )
    }

    /// The edges that join some nodes.
    func edges(among nodes: [GraphNode], in reader: any Reader) throws -> [GraphEdge] {
        guard nodes.count > 1 else { return [] }
        let names: [SQLValue] = nodes.map { .text($0.description) }
        return try reader.query(
            """
            SELECT source, relation, target FROM intent_edge WHERE organisation = ?
                AND source IN (\(Self.marks(names.count)))
                AND target IN (\(Self.marks(names.count)))
            ORDER BY source, relation, target LIMIT 5000
            """,
            [.id(scope.organisation)] + names + names,
            Self.edge
        ).compactMap { $0 }
    }

    /// The edges that begin or end at a node, at most 500.
    ///
    /// - Throws: `StoreError`.
    public func edges(of node: GraphNode, in reader: any Reader) throws -> [GraphEdge] {
        try reader.query(
            """
            SELECT source, relation, target FROM intent_edge
            WHERE organisation = ? AND (source = ? OR target = ?)
            ORDER BY source, relation, target LIMIT 500
            """,
            [.id(scope.organisation), .text(node.description), .text(node.description)],
            Self.edge
        ).compactMap { $0 }
    }

    private static func edge(_ row: any Row) throws -> GraphEdge? {
        guard let source = GraphNode(try row.text(0)),
            let relation = GraphRelation(rawValue: try row.text(1)),
            let target = GraphNode(try row.text(2))
        else { return nil }
        return GraphEdge(source, relation, target)
    }

    /// The whole graph, as far as it fits: what people drew before what was written by itself.
    ///
    /// - Throws: `StoreError`.
    public func whole(in reader: any Reader) throws -> Walk {
        let edges = try reader.query(
            """
            SELECT source, relation, target FROM intent_edge WHERE organisation = ?
            ORDER BY CASE WHEN until_at IS NOT NULL THEN 2 WHEN relation = 'acted-by' THEN 1
                ELSE 0 END, source, relation, target LIMIT 2000
            """,
            [.id(scope.organisation)],
            Self.edge
        ).compactMap { $0 }
        var seen: Set<GraphNode> = []
        var nodes: [(node: GraphNode, depth: Int)] = []
        for node in edges.flatMap({ [$0.source, $0.target] }) where seen.insert(node).inserted {
            nodes.append((node, 0))
        }
        return Walk(nodes: nodes, edges: edges, isCut: edges.count == 2_000)
    }

    /// A shortest way along edges, both ends included; empty when there is none within ``deepest`` steps.
    ///
    /// - Throws: `StoreError`.
    public func path(
        from start: GraphNode,
        to end: GraphNode,
        along relations: [GraphRelation] = GraphRelation.allCases,
        in reader: any Reader
    ) throws -> [GraphNode] {
        if start == end { return [start] }
        let walk = try walk(from: start, .descendants, along: relations, in: reader)
        let depths = Dictionary(walk.nodes.map { ($0.node, $0.depth) }) { first, _ in first }
        guard var depth = depths[end] else { return [] }
        var way = [end]
        while depth > 0, let here = way.last {
            let before = walk.edges.first {
                $0.target == here && relations.contains($0.relation)
                    && depths[$0.source] == depth - 1
            }
            guard let before else { return [] }
            way.append(before.source)
            depth -= 1
        }
        return way.reversed()
    }
}
