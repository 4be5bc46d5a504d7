import COpenSSL
import Core
import Glibc

/// Files and folders as a backup copies them: streamed, checksummed, synced, for the owner alone.
enum FileTree {
    /// Makes a folder for the owner alone; an empty one may be there already.
    static func makeEmptyFolder(_ path: String) throws(GeneralFault) {
        if mkdir(path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw failure("create", path) }
        guard let names = try names(in: path) else {
            throw GeneralFault(.conflict, code: "not-a-folder", "\(path) is no folder")
        }
        guard names.isEmpty else {
            throw GeneralFault(
                .conflict,
                code: "folder-not-empty",
                "\(path) is not empty; name a new or empty folder"
            )
        }
    }

    /// The regular files somewhere under a folder, as paths from `root`; sorted.
    static func files(in root: String, under folder: String) throws(GeneralFault) -> [String] {
        var found: [String] = []
        for name in try names(in: root + "/" + folder) ?? [] {
            let path = folder + "/" + name
            var status = stat()
            guard lstat(root + "/" + path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: found += try files(in: root, under: path)
            case S_IFREG: found.append(path)
            default: continue
            }
        }
        return found.sorted()
    }

    /// Copies a file and the folders it lies in; nil when it is not there any more.
    static func copy(
        _ name: String,
        from source: String,
        to target: String,
        made folders: inout Set<String>
    ) throws(GeneralFault) -> Backup.File? {
        let input = open(source + "/" + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard input >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", source + "/" + name)
        }
        defer { close(input) }
        var folder = ""
        for part in name.split(separator: "/").dropLast() {
            folder += (folder.isEmpty ? "" : "/") + part
            guard folders.insert(folder).inserted else { continue }
            guard mkdir(target + "/" + folder, 0o700) == 0 || errno == EEXIST else {
                throw failure("create", target + "/" + folder)
            }
        }
        let path = target + "/" + name
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard output >= 0 else { throw failure("create", path) }
        defer { close(output) }
        let file = try stream(name, input) { chunk throws(GeneralFault) in
            var done = 0
            while done < chunk.count {
                let count = write(output, chunk.baseAddress.map { $0 + done }, chunk.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("write", path) }
                done += count
            }
        }
        guard fsync(output) == 0 else { throw failure("sync", path) }
        return file
    }

    /// A file's size and checksum.
    static func checksummed(_ name: String, in folder: String) throws(GeneralFault) -> Backup.File {
        let input = open(folder + "/" + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard input >= 0 else { throw failure("read", folder + "/" + name) }
        defer { close(input) }
        return try stream(name, input) { _ in }
    }

    private static func stream(
        _ name: String,
        _ input: Int32,
        _ take: (UnsafeRawBufferPointer) throws(GeneralFault) -> Void
    ) throws(GeneralFault) -> Backup.File {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw noDigest }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var size = 0
        while true {
            let count = read(input, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", name) }
            if count == 0 { break }
            guard EVP_DigestUpdate(context, buffer.baseAddress, count) == 1 else { throw noDigest }
            try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            size += count
        }
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw noDigest }
        let digits = Array("0123456789abcdef".utf8)
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return Backup.File(path: name, size: size, sha256: String(decoding: text, as: UTF8.self))
    }

    /// Makes sure that a file, or the names in a folder, are on the disk.
    static func sync(_ path: String) throws(GeneralFault) {
        let handle = open(path, O_RDONLY | O_CLOEXEC)
        guard handle >= 0 else { throw failure("open", path) }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw failure("sync", path) }
    }

    /// Makes sure that a folder's own name is on the disk.
    static func sync(nameOf folder: String) throws(GeneralFault) {
        try sync(folder + "/..")
    }

    /// Removes what an unfinished copy left, as far as that can be done.
    static func removeContents(of folder: String, andItself: Bool = false) {
        let names = (try? names(in: folder)) ?? []
        for name in names {
            let path = folder + "/" + name
            if unlink(path) != 0 { removeContents(of: path, andItself: true) }
        }
        if andItself { rmdir(folder) }
    }

    /// The names in a folder; nil when there is no such folder.
    private static func names(in folder: String) throws(GeneralFault) -> [String]? {
        guard let handle = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
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

    static func failure(_ verb: String, _ path: String) -> GeneralFault {
        let why = String(cString: strerror(errno))
        return GeneralFault(.unavailable, code: "file", "cannot \(verb) \(path): \(why)")
    }

    private static var noDigest: GeneralFault {
        GeneralFault(.internal, code: "digest", "OpenSSL failed at SHA-256")
    }
}
