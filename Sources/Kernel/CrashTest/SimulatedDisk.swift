public import Core
import Synchronization

/// A disk in memory that forgets what was not synced, as real ones do when the power goes.
///
/// SQLite works on it through ``SimulatedFileSystem``. A write is seen at once and kept only once its file
/// was synced. The disk dies at a chosen operation: from then on every operation fails, until
/// ``restart(random:)`` decides, for each write that was not synced, whether it is kept, lost or torn
/// at a sector, in any order, as a disk that reorders writes would.
public final class SimulatedDisk: Sendable {
    /// What is written together or not at all.
    static let sector = 512

    struct File {
        /// What a crash leaves for certain.
        var durable: [UInt8] = []
        /// What is read.
        var current: [UInt8] = []
        /// Changes since the last sync, in order.
        var pending: [Change] = []
        /// Whether the file itself would be found after a crash.
        var isSynced = false
    }

    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    struct State {
        var files: [String: File] = [:]
        /// Operations that changed or synced something, since the disk was made.
        var operations = 0
        var diesAt: Int?
        var isDead = false
        /// How often the machine was started anew; what was opened before can do nothing any more.
        var generation = 0
        var counts = Counts()
    }

    /// What a disk went through.
    public struct Counts: Sendable {
        /// Writes and truncations.
        public var writes = 0
        /// Syncs that succeeded.
        public var syncs = 0
        /// Writes that a crash dropped whole.
        public var lost = 0
        /// Writes of which a crash kept a part.
        public var torn = 0
    }

    private let state = Mutex(State())

    /// An empty disk.
    public init() {}

    /// What it went through so far.
    public var counts: Counts { state.withLock { $0.counts } }

    /// Operations that changed or synced something so far.
    public var operations: Int { state.withLock { $0.operations } }

    /// Whether it has died.
    public var isDead: Bool { state.withLock { $0.isDead } }

    /// Has the disk die when so many more operations were done; the dying one fails half-done.
    public func die(after operations: Int) {
        state.withLock { $0.diesAt = $0.operations + operations }
    }

    /// Has the disk die now.
    public func die() {
        state.withLock { $0.isDead = true }
    }

    /// What a machine finds on it after the power came back.
    public func restart(random: any RandomSource) {
        state.withLock { state in
            // In the order of their names, so that the same seed leaves the same disk.
            for name in state.files.keys.sorted() {
                guard var file = state.files.removeValue(forKey: name) else { continue }
                if !file.isSynced, random.next() % 2 == 0 { continue }
                for change in file.pending {
                    Self.survive(change, in: &file, random, &state.counts)
                }
                file.pending = []
                file.current = file.durable
                file.isSynced = true
                state.files[name] = file
            }
            state.isDead = false
            state.diesAt = nil
            state.generation += 1
        }
    }

    /// How often the machine was started anew.
    var generation: Int { state.withLock { $0.generation } }

    private static func survive(
        _ change: Change,
        in file: inout File,
        _ random: any RandomSource,
        _ counts: inout Counts
    ) {
        switch change {
        case .truncate:
            if random.next() % 2 == 0 { apply(change, to: &file.durable) }
        case .write(let offset, let bytes):
            switch random.next() % 3 {
            case 0: counts.lost += 1
            case 1: apply(change, to: &file.durable)
            default:
                counts.torn += 1
                var at = 0
                while at < bytes.count {
                    // Sectors are the disk's, not the write's.
                    let end = min(bytes.count, at + sector - (offset + at) % sector)
                    if random.next() % 2 == 0 {
                        let part = Array(bytes[at..<end])
                        apply(.write(offset: offset + at, bytes: part), to: &file.durable)
                    }
                    at = end
                }
            }
        }
    }

    static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .truncate(let size):
            if bytes.count > size { bytes.removeSubrange(size...) }
        case .write(let offset, let written):
            let end = offset + written.count
            if bytes.count < end {
                bytes += [UInt8](repeating: 0, count: end - bytes.count)
            }
            bytes.withUnsafeMutableBytes { bytes in
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<end])
                part.copyBytes(from: written)
            }
        }
    }
}

// What SQLite's file system asks of the disk; nil or false when it is dead.
extension SimulatedDisk {
    func exists(_ name: String) -> Bool? {
        state.withLock { $0.isDead ? nil : $0.files[name] != nil }
    }

    func open(_ name: String, creating: Bool) -> Bool {
        state.withLock { state in
            guard !state.isDead else { return false }
            if state.files[name] == nil {
                guard creating else { return false }
                state.files[name] = File()
            }
            return true
        }
    }

    func remove(_ name: String) -> Bool {
        changing { $0.files[name] = nil } ?? false
    }

    func size(of name: String) -> Int? {
        state.withLock { $0.isDead ? nil : $0.files[name]?.current.count ?? 0 }
    }

    /// Copies what is there; answers how many bytes that were.
    func read(_ name: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        state.withLock { state in
            guard !state.isDead, let file = state.files[name] else { return nil }
            guard offset < file.current.count else { return 0 }
            let end = min(file.current.count, offset + buffer.count)
            file.current.withUnsafeBytes { bytes in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
            }
            return end - offset
        }
    }

    func write(_ bytes: [UInt8], at offset: Int, to name: String) -> Bool {
        let change = Change.write(offset: offset, bytes: bytes)
        let done = changing { Self.note(change, in: name, &$0) } ?? false
        // The write that the disk died of may be among those that reached it.
        if !done {
            state.withLock { if $0.files[name] != nil { Self.note(change, in: name, &$0) } }
        }
        return done
    }

    func truncate(_ name: String, to size: Int) -> Bool {
        changing { Self.note(.truncate(size: size), in: name, &$0) } ?? false
    }

    func sync(_ name: String) -> Bool {
        changing { state in
            guard var file = state.files.removeValue(forKey: name) else { return }
            for change in file.pending { Self.apply(change, to: &file.durable) }
            file.pending = []
            file.isSynced = true
            state.files[name] = file
            state.counts.syncs += 1
        } ?? false
    }

    private static func note(_ change: Change, in name: String, _ state: inout State) {
        state.counts.writes += 1
        state.files[name]?.pending.append(change)
        if var current = state.files[name]?.current {
            state.files[name]?.current = []
            apply(change, to: &current)
            state.files[name]?.current = current
        }
    }

    private func changing(_ body: (inout State) -> Void) -> Bool? {
        state.withLock { state in
            guard !state.isDead else { return nil }
            state.operations += 1
            if let limit = state.diesAt, state.operations >= limit {
                state.isDead = true
                return nil
            }
            body(&state)
            return true
        }
    }
}
