/// A status code of an answer (RFC 9110 section 15).
public struct Status: RawRepresentable, Sendable, Hashable {
    /// The three digits.
    public let rawValue: Int

    /// The status of the given code, 100 to 599.
    public init(rawValue: Int) {
        precondition((100...599).contains(rawValue), "no such status: \(rawValue)")
        self.rawValue = rawValue
    }

    /// 101.
    public static let switchingProtocols = Status(rawValue: 101)
    /// 200.
    public static let ok = Status(rawValue: 200)
    /// 201.
    public static let created = Status(rawValue: 201)
    /// 202.
    public static let accepted = Status(rawValue: 202)
    /// 204.
    public static let noContent = Status(rawValue: 204)
    /// 301.
    public static let movedPermanently = Status(rawValue: 301)
    /// 302.
    public static let found = Status(rawValue: 302)
    /// 303.
    public static let seeOther = Status(rawValue: 303)
    /// 304.
    public static let notModified = Status(rawValue: 304)
    /// 307.
    public static let temporaryRedirect = Status(rawValue: 307)
    /// 308.
    public static let permanentRedirect = Status(rawValue: 308)
    /// 400.
    public static let badRequest = Status(rawValue: 400)
    /// 401.
    public static let unauthorised = Status(rawValue: 401)
    /// 403.
    public static let forbidden = Status(rawValue: 403)
    /// 404.
    public static let notFound = Status(rawValue: 404)
    /// 405.
    public static let methodNotAllowed = Status(rawValue: 405)
    /// 406.
    public static let notAcceptable = Status(rawValue: 406)
    /// 408.
    public static let requestTimeout = Status(rawValue: 408)
    /// 409.
    public static let conflict = Status(rawValue: 409)
    /// 412.
    public static let preconditionFailed = Status(rawValue: 412)
    /// 413.
    public static let contentTooLarge = Status(rawValue: 413)
    /// 414.
    public static let targetTooLong = Status(rawValue: 414)
    /// 415.
    public static let unsupportedMediaType = Status(rawValue: 415)
    /// 417.
    public static let expectationFailed = Status(rawValue: 417)
    /// 422.
    public static let unprocessableContent = Status(rawValue: 422)
    /// 426.
    public static let upgradeRequired = Status(rawValue: 426)
    /// 429.
    public static let tooManyRequests = Status(rawValue: 429)
    /// 431.
    public static let headerTooLarge = Status(rawValue: 431)
    /// 500.
    public static let internalServerError = Status(rawValue: 500)
    /// 501.
    public static let notImplemented = Status(rawValue: 501)
    /// 503.
    public static let serviceUnavailable = Status(rawValue: 503)
    /// 504.
    public static let gatewayTimeout = Status(rawValue: 504)
    /// 505.
    public static let versionNotSupported = Status(rawValue: 505)

    /// The reason phrase of RFC 9110, or nothing for a code it does not name.
    public var reason: String {
        switch rawValue {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }

    /// Whether an answer of this status never has a body (RFC 9110 section 6.4.1).
    public var isBodiless: Bool { rawValue < 200 || rawValue == 204 || rawValue == 304 }
}
