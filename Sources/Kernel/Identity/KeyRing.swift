public import Core
import Glibc
import Synchronization
import Vault

/// The keys that access tokens are signed and checked with: one that signs, and those it replaced.
///
/// A replaced key stays good for checking for a day, so that a rotation ends nobody's work. The ring
/// looks at its folder at most once a second, so a running server takes part in a rotation that another
/// program makes.
public final class KeyRing: Sendable {
    private struct State {
        var active: SigningKey
        var retired: [RetiredKey]
        var changed: Int64
        var lookedAt: Timestamp
    }

    /// A key that signs no more.
    struct RetiredKey: Sendable {
        var key: SigningKey
        var goodUntil: Timestamp
        var path: String
    }

    /// How long a replaced key checks on; access tokens live for minutes.
    public static let retirement = Duration.seconds(86_400)

    private let folder: String?
    private let clock: any WallClock
    private let state: Mutex<State>
    private let onRemoval = Mutex<(@Sendable () -> Void)?>(nil)

    /// The ring of one key that lies in no folder.
    public init(_ key: SigningKey, clock: any WallClock) {
        folder = nil
        self.clock = clock
        state = Mutex(State(active: key, retired: [], changed: 0, lookedAt: clock.now()))
    }

    /// The keys of a folder; the first is made when there is none.
    ///
    /// - Throws: `IdentityError` of code `signingKey`.
    public init(folder: String, clock: any WallClock) throws(IdentityError) {
        self.folder = folder
        self.clock = clock
        let active = try SigningKey.loadOrCreate(folder: folder)
        let retired = try Self.retired(in: folder, now: clock.now())
        state = Mutex(
            State(
                active: active,
                retired: retired,
                changed: Self.changed(folder),
                lookedAt: clock.now()
            )
        )
    }

    /// The key that signs.
    public var active: SigningKey {
        look()
        return state.withLock { $0.active }
    }

    /// What signatures are checked with, the active one first.
    public var publicKeys: [PublicKey] {
        look()
        let now = clock.now()
        return state.withLock { state in
            [state.active.publicKey]
                + state.retired.filter { now < $0.goodUntil && $0.key.id != state.active.id }
                .map(\.key.publicKey)
        }
    }

    /// The key set as others read it (RFC 7517 section 5).
    public var jwks: JSON { ["keys": .array(publicKeys.map(\.jwk))] }

    /// Each key's id, whether it signs, and until when it checks.
    public var list: [(id: String, isActive: Bool, goodUntil: Timestamp?)] {
        look()
        return state.withLock { state in
            [(state.active.id, true, nil)]
                + state.retired.filter { $0.key.id != state.active.id }.map {
                    ($0.key.id, false, $0.goodUntil)
                }
        }
    }

    /// Makes a new key that signs from now on.
    ///
    /// - Parameter keeping: whether the old one still checks for a day; without, every access token ends
    ///   and clients renew theirs.
    /// - Returns: the new key.
    /// - Throws: `IdentityError` of code `signingKey`, also for a ring without a folder.
    @discardableResult
    public func rotate(keeping: Bool = true) throws(IdentityError) -> SigningKey {
        guard let folder else {
            throw IdentityError(.signingKey, "the key lies in no folder, so it cannot be replaced")
        }
        let now = clock.now()
        let path = folder + "/" + SigningKey.fileName
        let old = try SigningKey.loadOrCreate(folder: folder)
        if keeping {
            let until = (now + Self.retirement).microseconds / 1_000_000
            let kept = folder + "/retired-\(until)-\(old.id).pem"
            guard link(path, kept) == 0 || errno == EEXIST else {
                throw IdentityError(PrivateFile.failure(kept, "create"))
            }
        }
        for retired in try Self.retired(in: folder, now: nil)
        where !keeping || retired.goodUntil <= now {
            unlink(retired.path)
        }
        let fresh = try SigningKey.generate()
        try fresh.replace(path: path)
        state.withLock { $0.lookedAt = Timestamp(microseconds: 0) }
        look()
        return fresh
    }

    /// Calls `action` whenever a key stops being good.
    func whenRemoved(_ action: @escaping @Sendable () -> Void) {
        onRemoval.withLock { $0 = action }
    }

    /// Reads the folder again when it changed; what cannot be read now leaves the keys as they are.
    func look() {
        guard let folder else { return }
        let now = clock.now()
        let due = state.withLock { state in
            guard now - state.lookedAt >= .seconds(1) else { return false }
            state.lookedAt = now
            return state.changed != Self.changed(folder)
        }
        guard due, let active = try? SigningKey.load(path: folder + "/" + SigningKey.fileName),
            let retired = try? Self.retired(in: folder, now: now)
        else { return }
        let removed = state.withLock { state in
            let before = Set([state.active.id] + state.retired.map(\.key.id))
            state.active = active
            state.retired = retired
            state.changed = Self.changed(folder)
            return !before.isSubset(of: [active.id] + retired.map(\.key.id))
        }
        if removed { onRemoval.withLock { $0 }?() }
    }

    /// The retired keys of a folder; with a moment, those that are good then.
    private static func retired(
        in folder: String,
        now: Timestamp?
    ) throws(IdentityError) -> [RetiredKey] {
        guard let directory = opendir(folder) else {
            throw IdentityError(PrivateFile.failure(folder, "open"))
        }
        defer { closedir(directory) }
        var found: [RetiredKey] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let parts = name.split(separator: "-", maxSplits: 2)
            guard parts.count == 3, parts[0] == "retired", name.hasSuffix(".pem"),
                let seconds = Int64(parts[1]), (0...253_402_300_799).contains(seconds)
            else { continue }
            let until = Timestamp(microseconds: seconds * 1_000_000)
            if let now, until <= now { continue }
            guard let key = try SigningKey.load(path: folder + "/" + name) else { continue }
            found.append(RetiredKey(key: key, goodUntil: until, path: folder + "/" + name))
        }
        return found.sorted { $0.goodUntil > $1.goodUntil }
    }

    private static func changed(_ folder: String) -> Int64 {
        var status = stat()
        guard stat(folder, &status) == 0 else { return 0 }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
