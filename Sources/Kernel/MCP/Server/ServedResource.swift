import Core

/// A resource as clients see it in lists.
public struct ServedResource: Sendable {
    /// Its address.
    public var uri: String
    /// Its name.
    public var name: String
    /// The name as people read it.
    public var title: String?
    /// What it holds.
    public var purpose: String
    /// Its media type.
    public var mediaType: String?

    /// A resource.
    public init(
        uri: String,
        name: String,
        title: String? = nil,
        purpose: String,
        mediaType: String? = nil
    ) {
        self.uri = uri
        self.name = name
        self.title = title
        self.purpose = purpose
        self.mediaType = mediaType
    }

    var json: JSON {
        var object: JSONObject = ["uri": .string(uri), "name": .string(name)]
        if let title { object["title"] = .string(title) }
        object["description"] = .string(purpose)
        if let mediaType { object["mimeType"] = .string(mediaType) }
        return .object(object)
    }
}
