public import Core

/// Why bytes are no message, with the id that the answer to them carries.
public struct UnreadableMessage: Error, Sendable, Hashable {
    /// The id of the request, when that much could be read.
    public var id: RPCID?
    /// What is wrong.
    public var error: RPCError

    /// Something unreadable.
    public init(id: RPCID? = nil, _ error: RPCError) {
        self.id = id
        self.error = error
    }
}

/// Reads messages from bytes, in one pass and within bounds.
public struct MessageReader: Sendable {
    /// The longest message in bytes; default 4 MiB.
    public var sizeLimit: Int
    /// How deep a message may nest; default 64.
    public var depthLimit: Int

    /// A reader.
    public init(sizeLimit: Int = 4 << 20, depthLimit: Int = 64) {
        self.sizeLimit = sizeLimit
        self.depthLimit = depthLimit
    }

    /// Reads one message.
    ///
    /// - Throws: the error of code -32700 for what is not JSON, -32600 for JSON that is no message (an
    ///   array of messages included), with the id when there is one.
    public func message(_ bytes: some Collection<UInt8>) throws(UnreadableMessage) -> RPCMessage {
        try Self.message(try json(bytes))
    }

    /// Reads the JSON of one message or of several.
    ///
    /// - Throws: the error of code -32700, or -32600 for what is too long or too deep.
    public func json(_ bytes: some Collection<UInt8>) throws(UnreadableMessage) -> JSON {
        guard bytes.count <= sizeLimit else {
            throw UnreadableMessage(
                .invalidRequest(
                    "a message may have at most \(sizeLimit) bytes, this one has \(bytes.count)"
                )
            )
        }
        do {
            return try JSON(parsing: bytes, limits: .init(depth: depthLimit))
        } catch {
            let place: JSON = ["line": .int(error.line), "column": .int(error.column)]
            throw UnreadableMessage(
                error.isTooDeep
                    ? .invalidRequest("the message is \(error.message)", data: place)
                    : .parse("the message is not JSON: \(error.description)", data: place)
            )
        }
    }

    /// Takes the message that `json` holds.
    ///
    /// - Throws: the error of code -32600 when it holds none.
    public static func message(_ json: JSON) throws(UnreadableMessage) -> RPCMessage {
        guard case .object(let object) = json else {
            throw UnreadableMessage(
                .invalidRequest(
                    json.array == nil
                        ? "a message is an object, not \(json.kind)"
                        : "messages come one by one, not as an array"
                )
            )
        }
        let id = RPCID(object["id"])
        guard object["jsonrpc"] == "2.0" else {
            throw UnreadableMessage(
                id: id,
                .invalidRequest("\"jsonrpc\" must be \"2.0\"", data: ["pointer": "/jsonrpc"])
            )
        }
        if object["method"] != nil { return try call(object, id) }
        return try response(object, id)
    }

    private static func call(
        _ object: JSONObject,
        _ id: RPCID?
    ) throws(UnreadableMessage) -> RPCMessage {
        guard let method = object["method"]?.string, !method.isEmpty, method.utf8.count <= 256
        else {
            throw UnreadableMessage(
                id: id,
                .invalidRequest(
                    "\"method\" must be a string of 1 to 256 bytes",
                    data: ["pointer": "/method"]
                )
            )
        }
        if object["id"] != nil, id == nil {
            throw UnreadableMessage(
                .invalidRequest(
                    "\"id\" must be a string of at most \(RPCID.longest) bytes or a whole number",
                    data: ["pointer": "/id"]
                )
            )
        }
        let params: JSONObject?
        switch object["params"] {
        case nil: params = nil
        case .object(let members): params = members
        case .some(let other):
            throw UnreadableMessage(
                id: id,
                .invalidRequest(
                    "\"params\" must be an object, not \(other.kind)",
                    data: ["pointer": "/params"]
                )
            )
        }
        if let id { return .request(RPCRequest(id: id, method: method, params: params)) }
        return .notification(RPCNotification(method, params: params))
    }

    private static func response(
        _ object: JSONObject,
        _ id: RPCID?
    ) throws(UnreadableMessage) -> RPCMessage {
        switch (object["result"], object["error"]) {
        case (.some(let result), nil):
            guard let id else { break }
            return .result(id: id, result)
        case (nil, .some(let error)):
            guard let error = RPCError(json: error) else { break }
            // Only the answer to what could not be read may lack an id.
            guard id != nil || object["id"] == nil || object["id"] == .null else { break }
            return .failure(id: id, error)
        default: break
        }
        throw UnreadableMessage(
            id: id,
            .invalidRequest("the message is neither a request nor a notification nor a response")
        )
    }
}
