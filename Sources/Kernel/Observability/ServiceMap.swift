public import Core

/// Who called whom, how often and how it went, drawn from spans.
public struct ServiceMap: Sendable {
    private struct Tally {
        var calls = 0
        var errors = 0
        var millis: [Double] = []

        mutating func add(_ span: StoredSpan) {
            calls += 1
            errors += span.error == nil ? 0 : 1
            millis.append(span.duration.milliseconds)
        }

        /// The value below which a share of all lies, by nearest rank.
        func quantile(_ share: Double) -> Double {
            guard !millis.isEmpty else { return 0 }
            let sorted = millis.sorted()
            let rank = Int((Double(sorted.count) * share).rounded(.up))
            return sorted[max(0, min(sorted.count, rank) - 1)]
        }
    }

    private struct Node: Hashable {
        var kind: String
        var name: String
        var id: String { "\(kind):\(name)" }
    }

    private struct Edge: Hashable {
        var from: Node
        var to: Node
    }

    private var nodes: [Node: Tally] = [:]
    private var edges: [Edge: Tally] = [:]

    /// A map of `spans`; states count for their workflows, requests to others for channels.
    public init(_ spans: [StoredSpan]) {
        var known: [String: Node] = [:]
        for span in spans { known[span.trace + span.span] = Self.node(span) }
        for span in spans {
            let node = Self.node(span)
            let parent = span.parent.flatMap { known[span.trace + $0] }
            // A task is a part of its execution, not a call of it.
            if span.kind != SpanKind.state.rawValue { nodes[node, default: Tally()].add(span) }
            if let parent, parent != node {
                edges[Edge(from: parent, to: node), default: Tally()].add(span)
            }
        }
    }

    private static func node(_ span: StoredSpan) -> Node {
        let kind =
            switch span.kind {
            case SpanKind.state.rawValue: SpanKind.workflow.rawValue
            case SpanKind.client.rawValue: SpanKind.channel.rawValue
            default: span.kind
            }
        return Node(kind: kind, name: span.component)
    }

    /// `{"nodes":[{"id","kind","name","calls","errors","p50Ms","p99Ms"}],"edges":[{"from","to",…}]}`.
    public var json: JSON {
        // An execution that has not ended has edges already, and no span yet.
        var all = nodes
        for edge in edges.keys {
            for node in [edge.from, edge.to] where all[node] == nil { all[node] = Tally() }
        }
        let shown = all.sorted { $0.key.id < $1.key.id }.map { node, tally -> JSON in
            [
                "id": .string(node.id), "kind": .string(node.kind), "name": .string(node.name),
                "calls": .int(tally.calls), "errors": .int(tally.errors),
                "p50Ms": .double(tally.quantile(0.5)), "p99Ms": .double(tally.quantile(0.99)),
            ]
        }
        let lines = edges.sorted { ($0.key.from.id, $0.key.to.id) < ($1.key.from.id, $1.key.to.id) }
            .map { edge, tally -> JSON in
                [
                    "from": .string(edge.from.id), "to": .string(edge.to.id),
                    "calls": .int(tally.calls), "errors": .int(tally.errors),
                    "p99Ms": .double(tally.quantile(0.99)),
                ]
            }
        return ["nodes": .array(shown), "edges": .array(lines)]
    }
}
