import Glibc

extension Connection {
    /// Hands the socket over to a WebSocket, which takes this connection's place on the loop; false when
    /// there is nobody to speak with.
    func switchProtocols(_ upgrade: WebSocketUpgrade, _ request: Request) -> Bool {
        // RFC 9110 section 7.8: an Upgrade of HTTP/1.0 is ignored.
        guard minorVersion == 1, !peerHasLeft, tail == nil else {
            keepsAlive = false
            return false
        }
        let socket = WebSocket(
            worker: worker,
            descriptor: descriptor,
            slot: slot,
            address: address,
            upgrade: upgrade
        )
        if let startedAt, let hook = worker.configuration.onAccess {
            hook(request, .switchingProtocols, 0, ContinuousClock.now - startedAt)
        }
        // The descriptor, the slot and the place among the admitted are the socket's now.
        phase = .closed
        loop.replace(slot, with: socket)
        socket.open(
            upgrade,
            out: Array(out[sent...]),
            early: Array(pending[pendingStart...])
        )
        out = []
        pending = []
        return true
    }
}
