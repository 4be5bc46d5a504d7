import Core
import Glibc

/// A folder of contents, each in a file named by its checksum: `blobs/<2 digits>/<64 digits>`.
///
/// A content is written to `staging/` first, synced, and renamed, so a file in `blobs/` is always whole.
/// All calls block; changes must come from one thread at a time.
struct BlobFolder: Sendable {
    private let blobs: String
    private let staging: String

    /// Makes the folders when they are not there.
    init(path: String) throws(ObjectError) {
        blobs = path + "/blobs"
        staging = path + "/staging"
        for folder in [path, blobs, staging] {
            try Self.makeFolder(folder)
        }
        try Self.sync(folder: path)
    }

    private func folder(of sha256: String) -> String { blobs + "/" + sha256.prefix(2) }

    private func file(of sha256: String) -> String { folder(of: sha256) + "/" + sha256 }

    func holds(_ sha256: String) -> Bool { access(file(of: sha256), F_OK) == 0 }

    /// Keeps the content and marks it as staged `now`; a damaged one that is there is replaced.
    func put(_ bytes: [UInt8], sha256: String, now: Timestamp) throws(ObjectError) {
        let folder = folder(of: sha256)
        let target = file(of: sha256)
        if let there = try read(sha256), there.count == bytes.count,
            try Checksum.sha256(there) == sha256
        {
            try touch(target, now)
            // Whoever wrote it may not have come to this yet.
            try Self.sync(folder: folder)
            return
        }
        if try Self.makeFolder(folder) { try Self.sync(folder: blobs) }
        let temporary = staging + "/\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        do throws(ObjectError) {
            try write(bytes, to: temporary)
            try touch(temporary, now)
            guard rename(temporary, target) == 0 else { throw Self.failure("rename", temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        try Self.sync(folder: folder)
    }

    /// The content's bytes, unchecked; nil when there is no such file.
    func read(_ sha256: String) throws(ObjectError) -> [UInt8]? {
        let path = file(of: sha256)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("open", path)
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Self.failure("inspect", path) }
        var failed: ObjectError?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(
                    file,
                    buffer.baseAddress.map { $0 + count },
                    buffer.count - count
                )
                if got == 0 { return }
                if got > 0 {
                    count += got
                } else if errno != EINTR {
                    failed = Self.failure("read", path)
                    return
                }
            }
        }
        if let failed { throw failed }
        return bytes
    }

    /// The checksums that files are named by, in one of the 256 folders.
    func contents(of folder: UInt8) throws(ObjectError) -> [String] {
        let digits = String(folder, radix: 16)
        return try Self.names(in: blobs + "/" + (digits.count == 1 ? "0" : "") + digits)
            .filter(Checksum.isChecksum)
    }

    /// Removes the content when it was staged before `moment`; answers its size, or nil when it stays.
    func remove(_ sha256: String, stagedBefore moment: Timestamp) throws(ObjectError) -> Int64? {
        try Self.remove(file(of: sha256), changedBefore: moment)
    }

    func isStaged(_ sha256: String, before moment: Timestamp) -> Bool {
        var status = stat()
        return stat(file(of: sha256), &status) == 0 && Self.changed(status) < moment
    }

    /// Removes unfinished files last written before `moment`; answers the sizes.
    func removeLeftovers(before moment: Timestamp) throws(ObjectError) -> [Int64] {
        var sizes: [Int64] = []
        for name in try Self.names(in: staging) {
            if let size = try Self.remove(staging + "/" + name, changedBefore: moment) {
                sizes.append(size)
            }
        }
        return sizes
    }

    private func write(_ bytes: [UInt8], to path: String) throws(ObjectError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw Self.failure("create", path) }
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBufferPointer { buffer in
                Glibc.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if put > 0 {
                done += put
            } else if put == 0 || errno != EINTR {
                throw Self.failure("write", path)
            }
        }
        guard fsync(file) == 0 else { throw Self.failure("sync", path) }
    }

    /// The time of change says when a content was last staged, by the injected clock.
    private func touch(_ path: String, _ now: Timestamp) throws(ObjectError) {
        let time = timespec(
            tv_sec: Int(now.microseconds / 1_000_000),
            tv_nsec: Int(now.microseconds % 1_000_000 * 1_000)
        )
        guard utimensat(AT_FDCWD, path, [time, time], 0) == 0 else {
            throw Self.failure("touch", path)
        }
    }

    private static func changed(_ status: stat) -> Timestamp {
        Timestamp(
            microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000
                + Int64(status.st_mtim.tv_nsec) / 1_000
        )
    }

    private static func remove(
        _ path: String,
        changedBefore moment: Timestamp
    ) throws(ObjectError) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw failure("inspect", path)
        }
        guard changed(status) < moment else { return nil }
        guard unlink(path) == 0 else { throw failure("remove", path) }
        return Int64(status.st_size)
    }

    private static func names(in folder: String) throws(ObjectError) -> [String] {
        guard let handle = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure("list", folder)
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    @discardableResult
    private static func makeFolder(_ path: String) throws(ObjectError) -> Bool {
        if mkdir(path, 0o750) == 0 { return true }
        guard errno == EEXIST else { throw failure("create", path) }
        return false
    }

    private static func sync(folder: String) throws(ObjectError) {
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw failure("open", folder) }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw failure("sync", folder) }
    }

    private static func failure(_ doing: String, _ path: String) -> ObjectError {
        let code = errno
        let why = String(cString: strerror(code))
        return ObjectError(
            code == ENOSPC || code == EDQUOT ? .full : .io,
            "cannot \(doing) \(path): \(why)",
            systemCode: code
        )
    }
}
