import CSodium
import Core
import Synchronization

/// Hashes and checks passwords with Argon2id, at most two at once, away from the callers' threads.
///
/// Each takes some 33 ms and 19 MiB: unbounded, a crowd of sign-ins would take all cores and memory.
public final class PasswordHasher: Sendable {
    private struct Load {
        var queued: [Int]
        var running = 0
        var peak = 0
    }

    /// OWASP Password Storage Cheat Sheet: Argon2id with m = 19 MiB, t = 2, p = 1.
    private static let memory = 19 * 1_024 * 1_024
    private static let passes: UInt64 = 2

    /// A hash nobody has the password of, so that an unknown e-mail takes as long as a known one.
    private static let nobody = PasswordHash(
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw"
            + "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )

    private static let ready: Bool = sodium_init() >= 0

    private let threads: [WorkerThread]
    private let capacity: Int
    private let load: Mutex<Load>

    /// A hasher.
    ///
    /// - Parameter waiting: how many may wait besides the two at work; the next is refused.
    public init(waiting: Int = 64) {
        threads = [WorkerThread(), WorkerThread()]
        capacity = waiting + 2
        load = Mutex(Load(queued: [0, 0]))
    }

    deinit {
        for thread in threads {
            thread.close()
        }
    }

    /// The most that were ever at work at once.
    var peak: Int { load.withLock { $0.peak } }

    /// Hashes a new password with a random salt; its rules are checked by ``PasswordRules``.
    ///
    /// - Throws: `IdentityError` of code `busy` or `cryptography`.
    public func hash(_ password: Secret) async throws -> PasswordHash {
        try await run {
            var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
            let bytes = password.exposed.utf8.map { CChar(bitPattern: $0) }
            let result = crypto_pwhash_str(
                &text,
                bytes,
                UInt64(bytes.count),
                Self.passes,
                Self.memory
            )
            guard result == 0 else {
                throw IdentityError(.cryptography, "no memory to hash a password")
            }
            let used = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return PasswordHash(String(decoding: used, as: UTF8.self))
        }
    }

    /// Whether the password is the one that was hashed; takes as long when there is no hash.
    ///
    /// - Throws: `IdentityError` of code `busy` or `cryptography`.
    public func verify(_ password: Secret, against hash: PasswordHash?) async throws -> Bool {
        guard password.exposed.utf8.count <= 4 * PasswordRules.length.upperBound else {
            return false
        }
        let matches = try await run {
            let bytes = password.exposed.utf8.map { CChar(bitPattern: $0) }
            let text = (hash ?? Self.nobody).text
            return crypto_pwhash_str_verify(text, bytes, UInt64(bytes.count)) == 0
        }
        return matches && hash != nil
    }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        guard Self.ready else { throw IdentityError(.cryptography, "libsodium does not start") }
        let lane = try load.withLock { load throws(IdentityError) -> Int in
            guard load.queued[0] + load.queued[1] < capacity else {
                throw IdentityError(
                    .busy,
                    "too many people are signing in; try again in a moment",
                    details: JSONObject([("retryAfterSeconds", 2)])
                )
            }
            let lane = load.queued[0] <= load.queued[1] ? 0 : 1
            load.queued[lane] += 1
            return lane
        }
        defer { load.withLock { $0.queued[lane] -= 1 } }
        return try await threads[lane].value {
            self.load.withLock { load in
                load.running += 1
                load.peak = max(load.peak, load.running)
            }
            defer { self.load.withLock { $0.running -= 1 } }
            return try work()
        }
    }
}
