/// What hears a WebSocket; all of it is called on the thread of the socket's loop.
public protocol WebSocketHandler: AnyObject, Sendable {
    /// The handshake is done.
    func opened(_ socket: WebSocket)
    /// A whole text arrived, as UTF-8.
    func received(text: [UInt8], from socket: WebSocket)
    /// A whole binary message arrived.
    func received(binary: [UInt8], from socket: WebSocket)
    /// After the socket was full, most of what was unsent has been taken.
    func drained(_ socket: WebSocket)
    /// The socket has ended: nothing more is heard of it, and nothing can be sent.
    func closed(_ socket: WebSocket, code: CloseCode)
}

/// The limits and times of a WebSocket, with their defaults.
public struct WebSocketOptions: Sendable {
    /// The largest message from the client in bytes, inflated; default 64 KiB.
    public var messageLimit = 64 << 10
    /// The subprotocols that are spoken; the first that the client names is chosen.
    public var subprotocols: [String] = []
    /// Pages of these origins may connect besides the server's own; `*` stands for all.
    public var origins: [String] = []
    /// Whether permessage-deflate is agreed to; default yes.
    public var compresses = true
    /// After this much silence the peer is asked for a sign of life; default 30 s.
    public var pingInterval = Duration.seconds(30)
    /// How long the peer may owe that sign; default 30 s.
    public var pongTimeout = Duration.seconds(30)
    /// How long the peer may take no byte of what is to be sent; default 30 s.
    public var writeTimeout = Duration.seconds(30)
    /// How long the peer may take to answer a close; default 3 s.
    public var closeTimeout = Duration.seconds(3)
    /// With so many unsent bytes the socket is full: no message is read, and senders shall wait
    /// for `drained`; default 256 KiB.
    public var fullAt = 256 << 10
    /// With more unsent bytes than this the socket is closed, because somebody did not wait; default
    /// 1 MiB.
    public var unsentLimit = 1 << 20

    /// The defaults.
    public init() {}
}
