public import Core

/// What this room refuses by itself: requests that break HTTP's rules or fit no route.
public struct HTTPFault: Fault {
    /// The status that tells it.
    public var status: Status
    /// A stable code in kebab case.
    public var code: String
    /// What went wrong, for a person.
    public var message: String
    /// More members for the answer.
    public var details: JSONObject
    /// Header fields for the answer, for instance `Allow`.
    public var headers: Headers

    /// A fault that is told by `status`.
    public init(
        _ status: Status,
        code: String,
        _ message: String,
        details: JSONObject = JSONObject(),
        headers: Headers = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers
    }

    /// The sort nearest to the status.
    public var kind: FaultKind {
        switch status.rawValue {
        case 401: .unauthenticated
        case 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        case 412: .outdated
        case 413, 414, 431: .tooLarge
        case 422: .invalid
        case 429: .rateLimited
        case 503: .unavailable
        case 408, 504: .timeout
        case 500...599: .internal
        default: .malformed
        }
    }

    /// 413 for a body beyond `limit` bytes.
    static func tooLarge(limit: Int) -> HTTPFault {
        HTTPFault(
            .contentTooLarge,
            code: "too-large",
            "the body is larger than \(limit) bytes",
            details: JSONObject([("limitBytes", .int(limit))])
        )
    }
}
