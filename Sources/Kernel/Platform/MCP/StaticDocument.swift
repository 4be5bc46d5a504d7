import Core

/// A document that is the same for everybody, such as a guide.
public struct StaticDocument: Sendable {
    /// Its address.
    public var address: String
    /// A name in kebab case.
    public var name: String
    /// The name as people read it.
    public var title: String
    /// What it holds.
    public var purpose: String
    /// Its media type.
    public var mediaType: String
    /// What it holds; nil as long as it is not there.
    public var text: @Sendable () -> String?

    /// A document.
    public init(
        _ address: String,
        name: String,
        title: String,
        purpose: String,
        mediaType: String,
        text: @escaping @Sendable () -> String?
    ) {
        self.address = address
        self.name = name
        self.title = title
        self.purpose = purpose
        self.mediaType = mediaType
        self.text = text
    }
}
