/// One event of a `text/event-stream` (WHATWG HTML section 9.2).
public struct ServerSentEvent: Sendable, Hashable {
    /// What a client that reconnects sends as `Last-Event-ID`; nil leaves it as it is.
    public var id: String?
    /// The event's type; nil means `message`.
    public var event: String?
    /// The data, of any number of lines.
    public var data: String
    /// How long the client waits before it reconnects; nil leaves it as it is.
    public var retry: Duration?

    /// An event.
    ///
    /// - Parameters:
    ///   - data: the data; line ends of any sort become LF at the client.
    ///   - event: the type.
    ///   - id: the id; line ends and NUL in it, or in the type, are a programmer's error and trap.
    ///   - retry: the pause before reconnecting.
    public init(
        data: String,
        event: String? = nil,
        id: String? = nil,
        retry: Duration? = nil
    ) {
        precondition(Self.isLine(id) && Self.isLine(event), "an id or type is one line")
        self.id = id
        self.event = event
        self.data = data
        self.retry = retry
    }

    private static func isLine(_ text: String?) -> Bool {
        text?.utf8.allSatisfy { $0 != 0 && $0 != Byte.lineFeed && $0 != Byte.carriageReturn }
            ?? true
    }

    /// The event as it is sent.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(data.utf8.count + 64)
        if let retry { Self.line("retry", String(retry.milliseconds).utf8, &out) }
        if let id { Self.line("id", id.utf8, &out) }
        if let event { Self.line("event", event.utf8, &out) }
        Self.lines("data", data, &out)
        out.append(Byte.lineFeed)
        return out
    }

    /// A comment, which clients ignore: sent now and then, it shows that the connection lives.
    public static func comment(_ text: String = "") -> [UInt8] {
        var out: [UInt8] = []
        lines("", text, &out)
        out.append(Byte.lineFeed)
        return out
    }

    private static func line(_ field: String, _ value: some Sequence<UInt8>, _ out: inout [UInt8]) {
        out.append(contentsOf: field.utf8)
        out.append(UInt8(ascii: ":"))
        out.append(Byte.space)
        out.append(contentsOf: value)
        out.append(Byte.lineFeed)
    }

    private static func lines(_ field: String, _ text: String, _ out: inout [UInt8]) {
        var line: [UInt8] = []
        var endedWithReturn = false
        for byte in text.utf8 {
            // CR LF is one line end, whose CR has ended the line already.
            if byte == Byte.lineFeed, endedWithReturn {
                endedWithReturn = false
                continue
            }
            endedWithReturn = byte == Byte.carriageReturn
            if byte == Byte.lineFeed || endedWithReturn {
                self.line(field, line, &out)
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
        }
        self.line(field, line, &out)
    }
}

extension BodyWriter {
    /// Sends an event; otherwise as `write`.
    public func send(_ event: ServerSentEvent) async throws {
        try await write(event.bytes)
    }

    /// Sends a comment that keeps the connection from looking dead; otherwise as `write`.
    public func heartbeat() async throws {
        try await write(ServerSentEvent.comment())
    }
}

extension Response {
    /// A stream of server-sent events, which no cache keeps and no proxy holds back.
    ///
    /// - Parameters:
    ///   - headers: more header fields.
    ///   - send: sends events until it is cancelled: when the client leaves, and when the server begins
    ///     to stop.
    /// - Returns: the answer.
    public static func events(
        headers: Headers = [:],
        _ send: @escaping @Sendable (BodyWriter) async throws -> Void
    ) -> Response {
        var headers = headers
        headers["Cache-Control"] = "no-store"
        // nginx holds back what it gets in buffers otherwise.
        headers["X-Accel-Buffering"] = "no"
        return stream(type: "text/event-stream", headers: headers, isEndless: true, send)
    }
}
