import MCP

/// Which documents change with which live topics.
public struct DocumentTopics: Sendable {
    private let pairs: [(topic: URIPattern, address: String)]

    init(_ documents: [ToolDocument]) {
        pairs = documents.compactMap { document in
            document.topic.map { ($0, document.address.text) }
        }
    }

    /// The addresses of what has changed with a topic, for instance `orders/018f…`.
    public func addresses(of topic: String) -> [String] {
        pairs.compactMap { pair in
            pair.topic.match(topic).map { ToolPrompt.filled(pair.address, $0) }
        }
    }
}

extension ToolFeatures {
    /// Which documents change with which live topics.
    public var topics: DocumentTopics { DocumentTopics(documents) }
}
