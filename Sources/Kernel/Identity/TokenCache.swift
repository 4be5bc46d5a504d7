public import Core
import Synchronization

/// Credentials that are no longer good.
public enum Revocation: Sendable, Hashable {
    /// All of an account: its rights have changed, or it is shut out.
    case account(ID<Account>)
    /// Those of one sign-in.
    case session(ID<Session>)
    /// Those of all sign-ins: a signing key is good no longer.
    case sessions
}

/// Access tokens and keys that were found good, by their hash: bounded, and emptied by every revocation.
///
/// Two generations stand in for a list in order of use: when the young one is half of the capacity it
/// becomes the old one, and what is found in the old one moves back to the young.
final class TokenCache: Sendable {
    private struct State {
        var young: [SHA256Digest: Credential] = [:]
        var old: [SHA256Digest: Credential] = [:]
        /// Counts revocations, so that a check that one overtook is not kept.
        var revocations = 0
    }

    /// What processes on the same database tell each other when credentials are good no longer.
    static let topic = "credentials"

    private let capacity: Int
    private let state = Mutex(State())
    private let listeners = Mutex<[@Sendable (Revocation) -> Void]>([])

    /// A cache of at most `capacity` tokens.
    init(capacity: Int = 10_000) {
        self.capacity = max(2, capacity)
    }

    /// How many tokens are held.
    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    /// To be taken before the store is asked, and given to `insert`.
    var revocations: Int { state.withLock { $0.revocations } }

    func find(_ digest: SHA256Digest) -> Credential? {
        state.withLock { state in
            if let found = state.young[digest] { return found }
            guard let found = state.old.removeValue(forKey: digest) else { return nil }
            insert(digest, found, into: &state)
            return found
        }
    }

    func insert(_ digest: SHA256Digest, _ credential: Credential, since revocations: Int) {
        state.withLock { state in
            guard state.revocations == revocations else { return }
            insert(digest, credential, into: &state)
        }
    }

    func remove(_ digest: SHA256Digest) {
        state.withLock { state in
            state.young[digest] = nil
            state.old[digest] = nil
        }
    }

    /// Another process has revoked something: everything is asked for again.
    func forget() {
        revoke { _ in true }
    }

    func revoke(account: ID<Account>) {
        revoke { $0.actor.id == account || $0.maker == account }
        tell(.account(account))
    }

    func revoke(key: ID<APIKey>) {
        revoke { $0.key == key }
        // The account that acts for a key has the key's id.
        tell(.account(key.retyped()))
    }

    /// For a signing key that is good no longer: whose signature it was is not remembered.
    func revokeTokens() {
        revoke { $0.key == nil }
        tell(.sessions)
    }

    func revoke(session: ID<Session>) {
        revoke { $0.session == session }
        tell(.session(session))
    }

    /// Lets `listener` hear of every revocation, right after it took effect here.
    func onRevocation(_ listener: @escaping @Sendable (Revocation) -> Void) {
        listeners.withLock { $0.append(listener) }
    }

    private func tell(_ revocation: Revocation) {
        for listener in listeners.withLock({ $0 }) { listener(revocation) }
    }

    private func revoke(_ condition: (Credential) -> Bool) {
        state.withLock { state in
            state.revocations += 1
            state.young = state.young.filter { !condition($0.value) }
            state.old = state.old.filter { !condition($0.value) }
        }
    }

    private func insert(
        _ digest: SHA256Digest,
        _ credential: Credential,
        into state: inout State
    ) {
        state.young[digest] = credential
        if state.young.count >= capacity / 2 {
            state.old = state.young
            state.young = [:]
        }
    }
}
