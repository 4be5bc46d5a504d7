public import Core

/// An answer.
public struct Response: Sendable {
    /// What an answer carries.
    public enum Body: Sendable {
        /// Bytes in memory.
        case bytes([UInt8])
        /// A file on disk, sent without passing through memory.
        case file(OpenFile)
        /// Written while it is sent; see `Response.stream`.
        case stream(StreamedBody)

        /// The length in bytes; 0 for a streamed body, whose length nobody knows.
        public var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(let file): file.count
            case .stream: 0
            }
        }
    }

    /// The status.
    public var status: Status
    /// The header fields; `Content-Length`, `Transfer-Encoding` and `Date` are the server's own.
    public var headers: Headers
    /// The body.
    public var body: Body
    /// The length that an answer to HEAD declares although it has no body.
    private var headLength: Int?
    /// Whether this is an answer to HEAD, whose body was left out.
    private var isHead = false
    /// The agreement to go on as a WebSocket instead of with this answer.
    var upgrade: WebSocketUpgrade?
    /// Whether the server may compress the body.
    public var isCompressible = true
    /// The code of the problem that this answer tells of; nil for an answer that is none.
    public internal(set) var problemCode: String?

    /// An answer.
    public init(status: Status = .ok, headers: Headers = [:], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON answer.
    public static func json(_ value: JSON, status: Status = .ok, headers: Headers = [:])
        -> Response
    {
        guard headers.count > 0 else {
            return Response(status: status, headers: json, body: .bytes(value.bytes()))
        }
        var headers = headers
        headers.add("Content-Type", "application/json")
        return Response(status: status, headers: headers, body: .bytes(value.bytes()))
    }

    // Made once: most answers are of one of these types and begin with nothing else.
    private static let json: Headers = ["Content-Type": "application/json"]
    private static let plainText: Headers = ["Content-Type": plainTextType]
    private static let plainTextType = "text/plain; charset=utf-8"

    /// A text in UTF-8, by default plain.
    public static func text(
        _ text: String,
        status: Status = .ok,
        type: String? = nil
    ) -> Response {
        Response(
            status: status,
            headers: type.map { ["Content-Type": $0] } ?? plainText,
            body: .bytes(Array(text.utf8))
        )
    }

    /// Bytes of the given content type.
    public static func bytes(_ bytes: [UInt8], type: String, status: Status = .ok) -> Response {
        Response(status: status, headers: ["Content-Type": type], body: .bytes(bytes))
    }

    /// A file of the given content type.
    public static func file(_ file: OpenFile, type: String, status: Status = .ok) -> Response {
        Response(status: status, headers: ["Content-Type": type], body: .file(file))
    }

    /// 204.
    public static let noContent = Response(status: .noContent)

    /// A redirection to `location`, which must be encoded already.
    public static func redirect(to location: String, status: Status = .seeOther) -> Response {
        Response(status: status, headers: ["Location": location])
    }

    /// The length that the head declares; nil when it is not known.
    var declaredLength: Int? {
        if isHead { return headLength }
        if case .stream = body { return nil }
        return body.count
    }

    /// The body in memory; nil when it is a file or a stream.
    public var bytes: [UInt8]? {
        guard case .bytes(let bytes) = body else { return nil }
        return bytes
    }

    /// The body read as JSON, for tests and middleware.
    ///
    /// - Throws: when the body is a file or a stream, or no JSON.
    public func json() throws -> JSON { try JSON(parsing: bytes ?? []) }

    /// The same answer without its body, declaring its length, as HEAD wants it.
    func withoutBody() -> Response {
        var response = self
        response.headLength = declaredLength
        response.isHead = true
        response.body = .bytes([])
        return response
    }
}
