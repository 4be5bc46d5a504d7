import Core
import Synchronization
import Vault

/// The sessions of all clients.
final class SessionTable: Sendable {
    private let limits: ServerLimits
    private let clock: any WallClock
    private let sessions = Mutex<[String: Session]>([:])

    init(limits: ServerLimits, clock: any WallClock) {
        self.limits = limits
        self.clock = clock
    }

    var count: Int { sessions.withLock { $0.count } }

    var all: [Session] { sessions.withLock { Array($0.values) } }

    /// Begins a session.
    ///
    /// An account that has too many loses the one that was idle longest.
    ///
    /// - Throws: `RPCError` when all of the account's sessions are busy, or the server has too many.
    func begin(_ client: ClientProfile, of owner: Owner) throws -> Session {
        let id = Base64.encodeForURL(try Vault.random(24))
        let session = Session(
            id: id,
            owner: owner,
            client: client,
            aside: MessageStream(number: 0, limits: limits),
            limits: limits,
            clock: clock
        )
        let own = sessions.withLock { $0.values.filter { $0.owner == owner } }
        if own.count >= limits.sessionsPerAccount {
            let idle = own.filter { !$0.isBusy }.min { $0.heard < $1.heard }
            guard let idle else {
                throw RPCError(code: 429, message: "this account has too many sessions")
            }
            end(idle)
        }
        let isFull = sessions.withLock { sessions in
            guard sessions.count < limits.sessions else { return true }
            sessions[id] = session
            return false
        }
        guard !isFull else { throw RPCError(code: 503, message: "there are too many sessions") }
        return session
    }

    /// Takes in a session that no id leads to, so that it hears of changes.
    func adopt(_ session: Session) { sessions.withLock { $0[session.id] = session } }

    /// The session of that id, if it is the owner's.
    func find(_ id: String, of owner: Owner) -> Session? {
        guard !id.isEmpty, let session = sessions.withLock({ $0[id] }), session.owner == owner
        else {
            return nil
        }
        session.touch()
        return session
    }

    func end(_ session: Session) {
        sessions.withLock { _ = $0.removeValue(forKey: session.id) }
        session.close()
    }

    /// Ends what nobody was heard of, and lets the others show that they live.
    func tick() {
        let now = clock.now()
        for session in all {
            if session.heard + limits.sessionLifetime < now, !session.isBusy, !session.id.isEmpty {
                end(session)
            } else {
                session.tick(now)
            }
        }
    }

    func endAll() { for session in all { end(session) } }
}
