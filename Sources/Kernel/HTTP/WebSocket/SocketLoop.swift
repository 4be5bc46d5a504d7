/// One of the server's loops, as a place for what its sockets share.
public struct SocketLoop: Sendable, Hashable {
    let loop: EventLoop

    /// Calls `body` on the loop's thread, at once when that is the caller's; may be used on any thread.
    public func perform(_ body: @escaping @Sendable () -> Void) { loop.perform(body) }

    /// Whether both are the same loop.
    public static func == (lhs: SocketLoop, rhs: SocketLoop) -> Bool { lhs.loop === rhs.loop }

    /// Hashes the loop's identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(loop)) }
}
