import CSQLite
import Core
import Glibc
import Synchronization

/// SQLite's view of a ``SimulatedDisk``: a VFS of its own name, registered while this value lives.
///
/// `@unchecked Sendable`: what is mutable are SQLite's own structures, which SQLite guards, and the table
/// of locks, which the mutex guards.
final class SimulatedFileSystem: @unchecked Sendable {
    private static let registered = Atomic<Int>(0)

    /// What `sqlite3_open_v2` is told; unique in the process.
    let name: String
    let disk: SimulatedDisk
    let random: any RandomSource
    let clock: any WallClock
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let cName: UnsafeMutablePointer<CChar>
    let locks = Mutex<[String: SharedFile]>([:])
    /// The life of the machine that this is part of.
    let generation: Int

    /// What the connections to one file share: locks and the index of the write-ahead log.
    ///
    /// `@unchecked Sendable`: used under the mutex of its file system only; SQLite's own locks guard the
    /// memory of the regions.
    final class SharedFile: @unchecked Sendable {
        var users = 0
        /// The level that each open file holds.
        var levels: [ObjectIdentifier: Int32] = [:]
        var regions: [UnsafeMutableRawPointer] = []
        /// For each slot of the index: who holds it alone, and who shares it.
        var owners = [ObjectIdentifier?](repeating: nil, count: 8)
        var sharers = [Set<ObjectIdentifier>](repeating: [], count: 8)

        deinit {
            for region in regions { region.deallocate() }
        }
    }

    /// Registers a file system over `disk`.
    ///
    /// - Parameters:
    ///   - disk: where files are.
    ///   - random: what SQLite gets for randomness.
    ///   - clock: what SQLite gets for the time.
    init(
        disk: SimulatedDisk,
        random: any RandomSource,
        clock: any WallClock
    ) {
        name = "weft-simulated-\(Self.registered.wrappingAdd(1, ordering: .relaxed).newValue)"
        self.disk = disk
        self.random = random
        self.clock = clock
        generation = disk.generation
        cName = strdup(name)
        vfs = .allocate(capacity: 1)
        vfs.initialize(to: sqlite3_vfs())
        vfs.pointee.iVersion = 2
        vfs.pointee.szOsFile = Int32(MemoryLayout<OpenedFile>.size)
        vfs.pointee.mxPathname = 256
        vfs.pointee.zName = UnsafePointer(cName)
        vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
        vfs.pointee.xOpen = openFile
        vfs.pointee.xDelete = deleteFile
        vfs.pointee.xAccess = accessFile
        vfs.pointee.xFullPathname = fullPathname
        vfs.pointee.xRandomness = fillRandom
        vfs.pointee.xSleep = { _, microseconds in microseconds }
        vfs.pointee.xCurrentTimeInt64 = currentTime
        vfs.pointee.xGetLastError = { _, _, _ in 0 }
        sqlite3_vfs_register(vfs, 0)
    }

    deinit {
        sqlite3_vfs_unregister(vfs)
        vfs.deinitialize(count: 1)
        vfs.deallocate()
        free(cName)
    }

    func shared(_ path: String) -> SharedFile {
        locks.withLock { locks in
            let file = locks[path] ?? SharedFile()
            file.users += 1
            locks[path] = file
            return file
        }
    }

    func release(_ file: SharedFile, _ path: String, by owner: ObjectIdentifier) {
        locks.withLock { locks in
            file.levels[owner] = nil
            for slot in 0..<8 {
                if file.owners[slot] == owner { file.owners[slot] = nil }
                file.sharers[slot].remove(owner)
            }
            file.users -= 1
            if file.users == 0 { locks[path] = nil }
        }
    }
}

/// One open file, as SQLite's structure refers to it.
final class SimulatedHandle {
    let system: SimulatedFileSystem
    let path: String
    let shared: SimulatedFileSystem.SharedFile
    let deletesOnClose: Bool

    init(system: SimulatedFileSystem, path: String, deletesOnClose: Bool) {
        self.system = system
        self.path = path
        self.deletesOnClose = deletesOnClose
        shared = system.shared(path)
    }

    var id: ObjectIdentifier { ObjectIdentifier(self) }

    func close() {
        let isCurrent = system.generation == system.disk.generation
        if deletesOnClose, isCurrent { _ = system.disk.remove(path) }
        system.release(shared, path, by: id)
    }
}

/// SQLite's `sqlite3_file` with our handle behind it.
struct OpenedFile {
    var base: sqlite3_file
    var handle: Unmanaged<SimulatedHandle>?
}

/// The handle of an open file; nil when its machine is no more.
func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> SimulatedHandle? {
    guard let file else { return nil }
    let found = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenedFile.self)
        .pointee.handle?.takeUnretainedValue()
    guard let found, found.system.generation == found.system.disk.generation else { return nil }
    return found
}

private func system(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedFileSystem? {
    guard let data = vfs?.pointee.pAppData else { return nil }
    return Unmanaged<SimulatedFileSystem>.fromOpaque(data).takeUnretainedValue()
}

private func openFile(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?,
    _ path: UnsafePointer<CChar>?,
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ flags: Int32,
    _ outFlags: UnsafeMutablePointer<Int32>?
) -> Int32 {
    guard let system = system(vfs), let file else { return SQLITE_CANTOPEN }
    let opened = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenedFile.self)
    opened.pointee.base.pMethods = nil
    opened.pointee.handle = nil
    // Temporary files have no name; temp_store is memory, so that there are none.
    guard let path else { return SQLITE_CANTOPEN }
    let name = String(cString: path)
    guard system.disk.open(name, creating: flags & SQLITE_OPEN_CREATE != 0) else {
        return SQLITE_CANTOPEN
    }
    let handle = SimulatedHandle(
        system: system,
        path: name,
        deletesOnClose: flags & SQLITE_OPEN_DELETEONCLOSE != 0
    )
    opened.pointee.handle = .passRetained(handle)
    opened.pointee.base.pMethods = SimulatedMethods.table
    outFlags?.pointee = flags
    return SQLITE_OK
}

private func deleteFile(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?,
    _ path: UnsafePointer<CChar>?,
    _: Int32
) -> Int32 {
    guard let system = system(vfs), let path else { return SQLITE_IOERR }
    let name = String(cString: path)
    switch system.disk.exists(name) {
    case nil: return SQLITE_IOERR
    case false?: return SQLITE_OK
    case true?: return system.disk.remove(name) ? SQLITE_OK : SQLITE_IOERR
    }
}

private func accessFile(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?,
    _ path: UnsafePointer<CChar>?,
    _ flags: Int32,
    _ result: UnsafeMutablePointer<Int32>?
) -> Int32 {
    guard let system = system(vfs), let path else { return SQLITE_IOERR }
    let name = String(cString: path)
    guard let exists = system.disk.exists(name) else { return SQLITE_IOERR }
    // An empty file counts as none, as in SQLite's own file systems.
    let isThere = exists && (flags != SQLITE_ACCESS_EXISTS || (system.disk.size(of: name) ?? 0) > 0)
    result?.pointee = isThere ? 1 : 0
    return SQLITE_OK
}

private func fullPathname(
    _: UnsafeMutablePointer<sqlite3_vfs>?,
    _ path: UnsafePointer<CChar>?,
    _ size: Int32,
    _ out: UnsafeMutablePointer<CChar>?
) -> Int32 {
    guard let path, let out, strlen(path) < Int(size) else { return SQLITE_CANTOPEN }
    strcpy(out, path)
    return SQLITE_OK
}

private func fillRandom(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?,
    _ count: Int32,
    _ out: UnsafeMutablePointer<CChar>?
) -> Int32 {
    guard let system = system(vfs), let out else { return 0 }
    for at in 0..<Int(count) { out[at] = CChar(truncatingIfNeeded: system.random.next()) }
    return count
}

private func currentTime(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?,
    _ out: UnsafeMutablePointer<sqlite3_int64>?
) -> Int32 {
    guard let system = system(vfs), let out else { return SQLITE_ERROR }
    // Milliseconds since noon of 24 November 4714 BC, the Julian epoch.
    out.pointee = 210_866_760_000_000 + system.clock.now().microseconds / 1_000
    return SQLITE_OK
}
