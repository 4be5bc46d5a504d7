public import Core

/// Writes responses without building trees of what is JSON text already.
public enum MessageWriter {
    /// A message's bytes.
    public static func bytes(_ message: RPCMessage) -> [UInt8] { message.json.bytes() }

    /// The bytes of a result whose text is there already.
    public static func result(_ id: RPCID, _ result: JSONText) -> [UInt8] {
        var writer = JSONTextWriter(capacity: result.bytes.count + 64)
        writer.beginObject()
        writer.key("jsonrpc")
        writer.string("2.0")
        writer.key("id")
        writer.value(id.json)
        writer.key("result")
        writer.text(result.bytes.span)
        writer.endObject()
        return writer.finish().bytes
    }
}
