import CSQLite
import Glibc
import Synchronization

/// The operations of an open file, as SQLite calls them.
enum SimulatedMethods {
    /// One table for all files, for as long as the process lives.
    nonisolated(unsafe) static let table: UnsafePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        methods.pointee.iVersion = 2
        methods.pointee.xClose = close
        methods.pointee.xRead = read
        methods.pointee.xWrite = write
        methods.pointee.xTruncate = truncate
        methods.pointee.xSync = sync
        methods.pointee.xFileSize = fileSize
        methods.pointee.xLock = lock
        methods.pointee.xUnlock = unlock
        methods.pointee.xCheckReservedLock = checkReserved
        methods.pointee.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        methods.pointee.xSectorSize = { _ in Int32(SimulatedDisk.sector) }
        methods.pointee.xDeviceCharacteristics = { _ in 0 }
        methods.pointee.xShmMap = map
        methods.pointee.xShmLock = shareLock
        methods.pointee.xShmBarrier = { _ in }
        methods.pointee.xShmUnmap = { _, _ in SQLITE_OK }
        return UnsafePointer(methods)
    }()
}

private func close(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Int32 {
    guard let file else { return SQLITE_OK }
    let opened = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenedFile.self)
    if let handle = opened.pointee.handle {
        handle.takeUnretainedValue().close()
        handle.release()
    }
    opened.pointee.handle = nil
    return SQLITE_OK
}

private func read(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ buffer: UnsafeMutableRawPointer?,
    _ count: Int32,
    _ offset: sqlite3_int64
) -> Int32 {
    guard let handle = handle(file), let buffer else { return weft_sqlite_ioerr_read }
    let bytes = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
    guard let found = handle.system.disk.read(handle.path, at: Int(offset), into: bytes) else {
        return weft_sqlite_ioerr_read
    }
    guard found < bytes.count else { return SQLITE_OK }
    memset(buffer + found, 0, bytes.count - found)
    return weft_sqlite_ioerr_short_read
}

private func write(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ buffer: UnsafeRawPointer?,
    _ count: Int32,
    _ offset: sqlite3_int64
) -> Int32 {
    guard let handle = handle(file), let buffer else { return SQLITE_IOERR }
    let bytes = Array(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
    let written = handle.system.disk.write(bytes, at: Int(offset), to: handle.path)
    return written ? SQLITE_OK : weft_sqlite_ioerr_write
}

private func truncate(_ file: UnsafeMutablePointer<sqlite3_file>?, _ size: sqlite3_int64) -> Int32 {
    guard let handle = handle(file) else { return SQLITE_IOERR }
    let done = handle.system.disk.truncate(handle.path, to: Int(size))
    return done ? SQLITE_OK : weft_sqlite_ioerr_truncate
}

private func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _: Int32) -> Int32 {
    guard let handle = handle(file) else { return SQLITE_IOERR }
    return handle.system.disk.sync(handle.path) ? SQLITE_OK : weft_sqlite_ioerr_fsync
}

private func fileSize(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ out: UnsafeMutablePointer<sqlite3_int64>?
) -> Int32 {
    guard let handle = handle(file), let size = handle.system.disk.size(of: handle.path) else {
        return weft_sqlite_ioerr_fstat
    }
    out?.pointee = sqlite3_int64(size)
    return SQLITE_OK
}

/// SHARED excludes EXCLUSIVE; RESERVED, PENDING and EXCLUSIVE exclude each other.
private func lock(_ file: UnsafeMutablePointer<sqlite3_file>?, _ level: Int32) -> Int32 {
    guard let handle = handle(file) else { return SQLITE_IOERR }
    return handle.system.locks.withLock { _ in
        let others = handle.shared.levels.filter { $0.key != handle.id }.values
        let isRefused =
            switch level {
            case SQLITE_LOCK_SHARED: others.contains { $0 >= SQLITE_LOCK_PENDING }
            case SQLITE_LOCK_EXCLUSIVE: others.contains { $0 >= SQLITE_LOCK_SHARED }
            default: others.contains { $0 >= SQLITE_LOCK_RESERVED }
            }
        if isRefused { return SQLITE_BUSY }
        handle.shared.levels[handle.id] = max(handle.shared.levels[handle.id] ?? 0, level)
        return SQLITE_OK
    }
}

private func unlock(_ file: UnsafeMutablePointer<sqlite3_file>?, _ level: Int32) -> Int32 {
    guard let handle = handle(file) else { return SQLITE_OK }
    handle.system.locks.withLock { _ in handle.shared.levels[handle.id] = level }
    return SQLITE_OK
}

private func checkReserved(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ out: UnsafeMutablePointer<Int32>?
) -> Int32 {
    guard let handle = handle(file) else { return SQLITE_IOERR }
    out?.pointee = handle.system.locks.withLock { _ in
        handle.shared.levels.contains { $0.value >= SQLITE_LOCK_RESERVED } ? 1 : 0
    }
    return SQLITE_OK
}

private func map(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ region: Int32,
    _ size: Int32,
    _ extend: Int32,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
    guard let handle = handle(file) else { return SQLITE_IOERR }
    out?.pointee = handle.system.locks.withLock { _ in
        let shared = handle.shared
        while shared.regions.count <= Int(region) {
            guard extend != 0 else { return nil }
            let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(size), alignment: 16)
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(size))
            shared.regions.append(memory)
        }
        return shared.regions[Int(region)]
    }
    return SQLITE_OK
}

private func shareLock(
    _ file: UnsafeMutablePointer<sqlite3_file>?,
    _ offset: Int32,
    _ count: Int32,
    _ flags: Int32
) -> Int32 {
    guard let handle = handle(file) else { return SQLITE_IOERR }
    let slots = Int(offset)..<Int(offset + count)
    return handle.system.locks.withLock { _ in
        let shared = handle.shared
        if flags & SQLITE_SHM_UNLOCK != 0 {
            for slot in slots {
                if shared.owners[slot] == handle.id { shared.owners[slot] = nil }
                shared.sharers[slot].remove(handle.id)
            }
            return SQLITE_OK
        }
        let isShared = flags & SQLITE_SHM_SHARED != 0
        for slot in slots {
            if let owner = shared.owners[slot], owner != handle.id { return SQLITE_BUSY }
            if !isShared, shared.sharers[slot].contains(where: { $0 != handle.id }) {
                return SQLITE_BUSY
            }
        }
        for slot in slots {
            if isShared {
                shared.sharers[slot].insert(handle.id)
            } else {
                shared.owners[slot] = handle.id
            }
        }
        return SQLITE_OK
    }
}
