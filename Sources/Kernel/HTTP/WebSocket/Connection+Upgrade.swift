import Glibc

extension Connection {
    /// Hands the socket over to a WebSocket, which takes this connection's place on the loop.
    func switchProtocols(_ upgrade: WebSocketUpgrade, _ request: Request) {
        guard minorVersion == 1, !peerHasLeft, tail == nil else {
            // RFC 9110 section 7.8: an Upgrade of HTTP/1.0 is ignored.
            refuse(HTTPFault(.upgradeRequired, code: "upgrade-required", "HTTP/1.1 is needed"))
            return
        }
        let socket = WebSocket(
            worker: worker,
            descriptor: descriptor,
            slot: slot,
            address: address,
            upgrade: upgrade
        )
        tellAccess(request, .switchingProtocols, 0)
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
    }
}
