import Core
import Synchronization

/// Hands mail to an SMTP server, by libcurl, on threads of its own.
///
/// Each thread keeps its connection for the next mail as long as the server does.
public final class SMTPTransport: MailTransport {
    private struct Slots {
        var free: [SMTPConnection]
        var waiters: [CheckedContinuation<SMTPConnection, Never>] = []
    }

    private let slots: Mutex<Slots>

    /// A transport; it connects with the first mail.
    ///
    /// - Throws: `ChannelError` of code `invalid-configuration`.
    public init(_ configuration: SMTPConfiguration) throws(ChannelError) {
        var connections: [SMTPConnection] = []
        guard configuration.connections >= 1 else {
            throw ChannelError(
                .invalidConfiguration,
                "the mail server needs at least one connection"
            )
        }
        for _ in 0..<configuration.connections {
            connections.append(try SMTPConnection(configuration))
        }
        slots = Mutex(Slots(free: connections))
    }

    /// Sends one mail on the next free connection.
    ///
    /// When the task is cancelled, a mail that is under way has three seconds to get through.
    ///
    /// - Throws: why it was not accepted.
    public func send(_ mail: Mail) async throws(MailFailure) {
        let connection = await take()
        let result = await connection.send(mail)
        give(back: connection)
        try result.get()
    }

    private func take() async -> SMTPConnection {
        await withCheckedContinuation { continuation in
            let connection = slots.withLock { slots -> SMTPConnection? in
                if let free = slots.free.popLast() { return free }
                slots.waiters.append(continuation)
                return nil
            }
            if let connection { continuation.resume(returning: connection) }
        }
    }

    private func give(back connection: SMTPConnection) {
        let waiter = slots.withLock { slots -> CheckedContinuation<SMTPConnection, Never>? in
            if !slots.waiters.isEmpty { return slots.waiters.removeFirst() }
            slots.free.append(connection)
            return nil
        }
        waiter?.resume(returning: connection)
    }
}
