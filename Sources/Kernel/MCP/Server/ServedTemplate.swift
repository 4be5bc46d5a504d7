import Core

/// A family of resources whose addresses have gaps, for instance `weft://orders/{id}`.
public struct ServedTemplate: Sendable {
    /// The address with its gaps (RFC 6570, simple expansion).
    public var pattern: URIPattern
    /// Its name.
    public var name: String
    /// The name as people read it.
    public var title: String?
    /// What such a resource holds.
    public var purpose: String
    /// The media type of all of them.
    public var mediaType: String?

    /// A template.
    public init(
        _ pattern: URIPattern,
        name: String,
        title: String? = nil,
        purpose: String,
        mediaType: String? = nil
    ) {
        self.pattern = pattern
        self.name = name
        self.title = title
        self.purpose = purpose
        self.mediaType = mediaType
    }

    var json: JSON {
        var object: JSONObject = [
            "uriTemplate": .string(pattern.text), "name": .string(name),
        ]
        if let title { object["title"] = .string(title) }
        object["description"] = .string(purpose)
        if let mediaType { object["mimeType"] = .string(mediaType) }
        return .object(object)
    }
}
