/// Why a WebSocket ends (RFC 6455 section 7.4, and IANA's registry).
public struct CloseCode: RawRepresentable, Sendable, Hashable {
    /// The number on the wire.
    public let rawValue: Int

    /// A code; 4000 to 4999 are an application's own.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// 1000: all is done.
    public static let normal = CloseCode(rawValue: 1000)
    /// 1001: the server stops, or the page is left.
    public static let goingAway = CloseCode(rawValue: 1001)
    /// 1002: the peer broke the protocol.
    public static let protocolError = CloseCode(rawValue: 1002)
    /// 1003: the peer sent a sort of message that is not taken here.
    public static let unsupported = CloseCode(rawValue: 1003)
    /// 1005, never sent: the peer gave no code.
    public static let none = CloseCode(rawValue: 1005)
    /// 1006, never sent: the connection broke.
    public static let abnormal = CloseCode(rawValue: 1006)
    /// 1007: a text was not UTF-8, or a compressed message no deflate stream.
    public static let invalidData = CloseCode(rawValue: 1007)
    /// 1008: the peer broke a rule of ours.
    public static let policy = CloseCode(rawValue: 1008)
    /// 1009: a message was too large.
    public static let tooBig = CloseCode(rawValue: 1009)
    /// 1011: something went wrong on our side.
    public static let internalError = CloseCode(rawValue: 1011)

    /// Whether a peer may send it.
    var isAllowed: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// What a peer did wrong, and the close that tells it.
struct WebSocketFault: Error, Equatable {
    var code: CloseCode
    var reason: String

    init(_ code: CloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
