import Core

/// The way back to a client while its request is under way.
protocol Outlet: Sendable {
    /// Sends a notification.
    func send(_ notification: RPCNotification)
    /// Asks the client, and waits for its answer.
    func ask(_ question: ClientQuestion) async throws -> JSON
    /// Closes the connection, if what follows can be fetched later.
    func pause()
}

extension Outlet {
    func pause() {}
}
