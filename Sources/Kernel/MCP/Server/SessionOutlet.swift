import Core

/// The way to the client of a session.
struct SessionOutlet: Outlet {
    let session: Session
    let sink: any MessageSink

    func send(_ notification: RPCNotification) {
        sink.append(MessageWriter.bytes(.notification(notification)))
    }

    func ask(_ question: ClientQuestion) async throws -> JSON {
        try await session.ask(question, by: sink)
    }

    func pause() {
        guard session.client.revision >= .november2025 else { return }
        (sink as? MessageStream)?.release()
    }
}
