import Core

/// Carries what a tool says from where it runs to where the stream is written.
struct QueueOutlet: Outlet {
    private let words: AsyncStream<[UInt8]>.Continuation

    /// The words and where they come in; more than 1,024 that nobody takes push the oldest out.
    static func make() -> (AsyncStream<[UInt8]>, QueueOutlet) {
        let (words, continuation) = AsyncStream.makeStream(
            of: [UInt8].self,
            bufferingPolicy: .bufferingNewest(1_024)
        )
        return (words, QueueOutlet(words: continuation))
    }

    func send(_ notification: RPCNotification) {
        append(MessageWriter.bytes(.notification(notification)))
    }

    func append(_ message: [UInt8]) { words.yield(Self.event(message)) }

    func finish() { words.finish() }

    /// Never called: requests that stand for themselves get their answers when they come again.
    func ask(_ question: ClientQuestion) async throws -> JSON {
        throw GeneralFault(.invalid, code: "client-cannot", "the client cannot be asked now")
    }

    /// A message as an event of a stream that cannot be resumed.
    static func event(_ message: [UInt8]) -> [UInt8] {
        Array("data: ".utf8) + message + Array("\n\n".utf8)
    }
}
