import Core

/// Puts the result of a request together as text, in the form of the client's revision.
struct ResultWriter {
    private var writer: JSONTextWriter
    private let revision: ProtocolRevision
    private let info: JSONText

    /// - Parameters:
    ///   - revision: the client's.
    ///   - info: what `_meta` says of the server, as text.
    ///   - capacity: about how long the result gets.
    init(_ revision: ProtocolRevision, info: JSONText, capacity: Int = 512) {
        writer = JSONTextWriter(capacity: capacity)
        self.revision = revision
        self.info = info
        writer.beginObject()
    }

    mutating func value(_ key: StaticString, _ value: JSON) {
        writer.key(key)
        writer.value(value)
    }

    mutating func text(_ key: StaticString, _ text: borrowing JSONText) {
        writer.key(key)
        writer.text(text.bytes.span)
    }

    /// Several values, one after the other.
    mutating func list(_ key: StaticString, _ write: (inout JSONTextWriter) -> Void) {
        writer.key(key)
        writer.beginArray()
        write(&writer)
        writer.endArray()
    }

    /// How long the client may keep the result; nothing before 2026-07-28.
    mutating func cache(_ hint: CacheHint) {
        guard revision.isStateless else { return }
        value("ttlMs", .int(hint.milliseconds))
        value("cacheScope", hint.isPublic ? "public" : "private")
    }

    /// The result.
    ///
    /// - Parameters:
    ///   - type: what sort of result it is, since 2026-07-28.
    ///   - meta: more members of `_meta`.
    /// - Returns: its text.
    consuming func finish(type: String = "complete", meta: JSONObject? = nil) -> JSONText {
        let info = info
        if revision.isStateless {
            value("resultType", .string(type))
            writer.key("_meta")
            writer.beginObject()
            writer.key("io.modelcontextprotocol/serverInfo")
            writer.text(info.bytes.span)
            for member in meta ?? JSONObject() {
                writer.text(Self.member(member).span)
            }
            writer.endObject()
        } else if let meta {
            value("_meta", .object(meta))
        }
        writer.endObject()
        return writer.finish()
    }

    private static func member(_ member: JSONObject.Member) -> [UInt8] {
        JSON.string(member.key).bytes() + [UInt8(ascii: ":")] + member.value.bytes()
    }
}
