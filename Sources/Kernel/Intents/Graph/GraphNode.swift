public import Core

/// Something in the intent graph: a goal, an intent, an agent or a resource.
public struct GraphNode: Sendable, Hashable, CustomStringConvertible {
    /// The sorts of node.
    public enum Kind: String, Sendable, CaseIterable {
        /// What the organisation wants in the long run.
        case goal
        /// A beacon.
        case intent
        /// Who acts.
        case agent
        /// What is acted upon, for instance `vehicle/van-1`.
        case resource
    }

    /// What sort it is.
    public var kind: Kind
    /// Which one.
    public var key: String

    /// A node.
    public init(_ kind: Kind, _ key: String) {
        self.kind = kind
        self.key = key
    }

    /// The node of an intent.
    public init(_ intent: ID<Intent>) { self.init(.intent, intent.description) }

    /// The longest key.
    public static let longest = 200

    /// Reads `goal:service`, `intent:018f…`, `agent:logistics.analyser`, `resource:vehicle/van-1`; nil for
    /// anything else.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"),
            let kind = Kind(rawValue: String(text[..<colon]))
        else { return nil }
        let key = String(text[text.index(after: colon)...])
        guard (1...Self.longest).contains(key.unicodeScalars.count),
            key.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else { return nil }
        if kind == .intent {
            guard let id = ID<Intent>(key) else { return nil }
            self.init(id)
        } else {
            self.init(kind, key)
        }
    }

    /// Reads a node.
    ///
    /// - Throws: a fault that says what was expected.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        guard let node = GraphNode(try reader.string(length: 1...300)) else {
            throw reader.fault(
                "expected goal:…, intent:<id>, agent:… or resource:… without spaces",
                code: "invalid-node"
            )
        }
        self = node
    }

    /// `kind:key`.
    public var description: String { "\(kind.rawValue):\(key)" }

    /// The intent's id, when it is one.
    public var intent: ID<Intent>? { kind == .intent ? ID(key) : nil }
}

/// How one node of the intent graph relates to another.
public enum GraphRelation: String, Sendable, CaseIterable {
    /// An intent or a goal is there for a goal or an intent.
    case serves
    /// An intent cannot be met without another, or without a resource.
    case dependsOn = "depends-on"
    /// An intent or an agent works on a resource.
    case touches
    /// An agent decided for an intent; written by itself.
    case actedBy = "acted-by"

    /// Which sorts of node it may join.
    var ends: (from: Set<GraphNode.Kind>, to: Set<GraphNode.Kind>) {
        switch self {
        case .serves: ([.intent, .goal], [.goal, .intent])
        case .dependsOn: ([.intent], [.intent, .resource])
        case .touches: ([.intent, .agent], [.resource])
        case .actedBy: ([.intent], [.agent])
        }
    }

    /// Whether a chain of these must not come back to where it began.
    var isAcyclic: Bool { self == .dependsOn || self == .serves }
}

/// One edge of the intent graph.
public struct GraphEdge: Sendable, Hashable {
    /// From where.
    public var source: GraphNode
    /// How.
    public var relation: GraphRelation
    /// To where.
    public var target: GraphNode

    /// An edge.
    public init(_ source: GraphNode, _ relation: GraphRelation, _ target: GraphNode) {
        self.source = source
        self.relation = relation
        self.target = target
    }

    /// The API's form.
    public var json: JSON {
        [
            "from": .string(source.description), "relation": .string(relation.rawValue),
            "to": .string(target.description),
        ]
    }
}
