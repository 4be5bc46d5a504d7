public import Core

/// A piece of what a tool answers or a prompt says.
public enum ContentBlock: Sendable, Hashable {
    /// Text.
    case text(String)
    /// A picture: bytes and media type.
    case image([UInt8], mediaType: String)
    /// Sound: bytes and media type.
    case audio([UInt8], mediaType: String)
    /// Where a resource is: address, name, and what else is known of it.
    case link(uri: String, name: String, mediaType: String?)
    /// A resource with its contents.
    case resource(ResourceContents)
    /// A block of another kind, or with members that the cases above do not have; always an object.
    case other(JSONObject)

    /// The block as it stands in messages.
    public var json: JSON {
        switch self {
        case .text(let text): return ["type": "text", "text": .string(text)]
        case .image(let bytes, let type): return Self.media("image", bytes, type)
        case .audio(let bytes, let type): return Self.media("audio", bytes, type)
        case .link(let uri, let name, let type):
            var object: JSONObject = [
                "type": "resource_link", "uri": .string(uri), "name": .string(name),
            ]
            if let type { object["mimeType"] = .string(type) }
            return .object(object)
        case .resource(let contents): return ["type": "resource", "resource": contents.json]
        case .other(let object): return .object(object)
        }
    }

    private static func media(_ kind: String, _ bytes: [UInt8], _ type: String) -> JSON {
        [
            "type": .string(kind), "data": .string(Base64.encode(bytes)),
            "mimeType": .string(type),
        ]
    }

    /// Reads a block; a kind that is unknown, or has members that are, is kept whole.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ reader: JSONReader) throws(GeneralFault) {
        let type = try reader.member("type").string(length: 1...100)
        let object = reader.value.object ?? JSONObject()
        let isPlain = object["annotations"] == nil && object["_meta"] == nil
        switch type {
        case "text" where isPlain:
            self = .text(try reader.member("text").string(length: 0...Int.max))
        case "image" where isPlain, "audio" where isPlain:
            let data = try reader.member("data")
            guard let bytes = Base64.decode(try data.string(length: 0...Int.max)) else {
                throw data.fault("expected Base64")
            }
            let mediaType = try reader.member("mimeType").string(length: 0...255)
            self =
                type == "image"
                ? .image(bytes, mediaType: mediaType) : .audio(bytes, mediaType: mediaType)
        case "resource" where isPlain:
            self = .resource(try ResourceContents(try reader.member("resource")))
        default:
            for key in ["text", "data", "uri", "name"] where object[key] != nil {
                _ = try reader.member(key).string(length: 0...Int.max)
            }
            self = .other(object)
        }
    }

    /// The text of a text block; nil for others.
    public var text: String? {
        switch self {
        case .text(let text): text
        case .other(let object): object["type"] == "text" ? object["text"]?.string : nil
        default: nil
        }
    }
}
