public import Core

/// What a resource holds: text or bytes.
public struct ResourceContents: Sendable, Hashable {
    /// Text or bytes.
    public enum Body: Sendable, Hashable {
        /// Text.
        case text(String)
        /// Bytes.
        case bytes([UInt8])
    }

    /// The resource's address.
    public var uri: String
    /// Its media type, when it is known.
    public var mediaType: String?
    /// What it holds.
    public var body: Body

    /// Text.
    public init(uri: String, mediaType: String? = nil, text: String) {
        self.uri = uri
        self.mediaType = mediaType
        body = .text(text)
    }

    /// Bytes.
    public init(uri: String, mediaType: String? = nil, bytes: [UInt8]) {
        self.uri = uri
        self.mediaType = mediaType
        body = .bytes(bytes)
    }

    /// The contents as they stand in messages.
    public var json: JSON {
        var object: JSONObject = ["uri": .string(uri)]
        if let mediaType { object["mimeType"] = .string(mediaType) }
        switch body {
        case .text(let text): object["text"] = .string(text)
        case .bytes(let bytes): object["blob"] = .string(Base64.encode(bytes))
        }
        return .object(object)
    }

    /// Reads contents.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ reader: JSONReader) throws(GeneralFault) {
        uri = try reader.member("uri").string(length: 1...4_096)
        mediaType = try reader.optional("mimeType")?.string(length: 0...255)
        if let text = try reader.optional("text") {
            body = .text(try text.string(length: 0...Int.max))
        } else {
            let blob = try reader.member("blob")
            guard let bytes = Base64.decode(try blob.string(length: 0...Int.max)) else {
                throw blob.fault("expected Base64")
            }
            body = .bytes(bytes)
        }
    }
}
