import Glibc
public import Core

/// The folder that holds everything an installation keeps: the store, objects, keys.
public struct DataFolder: Sendable {
    /// Where it is.
    public let path: String

    /// The folder at `path`, created for the owner alone when it is not there.
    ///
    /// - Throws: a fault of code `data-folder` that says what is in the way.
    public init(_ path: String) throws(GeneralFault) {
        self.path = path
        for folder in Self.ancestors(of: path) + [path, path + "/objects", path + "/keys"] {
            if mkdir(folder, 0o700) != 0, errno != EEXIST {
                throw Self.failure(folder, "create")
            }
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw Self.failure(path, "use") }
    }

    /// The store's file.
    public var store: String { path + "/weft.db" }
    /// The folder of objects.
    public var objects: String { path + "/objects" }
    /// The folder of keys.
    public var keys: String { path + "/keys" }
    /// The demonstration's sign-in.
    public var demonstration: String { path + "/keys/demonstration.json" }

    /// Makes sure that one server alone works on the folder; held until the process ends.
    ///
    /// - Throws: a fault of code `data-folder-in-use`.
    public func lock() throws(GeneralFault) {
        let file = open(path + "/weft.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(path + "/weft.lock", "open") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw GeneralFault(
                .conflict,
                code: "data-folder-in-use",
                "another weft serve works on \(path); stop it first, or use another --data folder"
            )
        }
    }

    /// The folders above `path`, outermost first: `a` and `a/b` for `a/b/c`.
    private static func ancestors(of path: String) -> [String] {
        path.indices.dropFirst().filter { path[$0] == "/" }.map { String(path[..<$0]) }
    }

    private static func failure(_ path: String, _ verb: String) -> GeneralFault {
        GeneralFault(
            .unavailable,
            code: "data-folder",
            "cannot \(verb) \(path): \(String(cString: strerror(errno)))"
        )
    }
}

/// Small files, read and written whole.
public enum WholeFile {
    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: where it is; `-` is standard input.
    ///   - limit: the most bytes it may have.
    /// - Returns: the bytes.
    /// - Throws: a fault that says why it cannot be read.
    public static func read(_ path: String, limit: Int = 64 << 20) throws(GeneralFault) -> [UInt8] {
        let file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path, "read") }
        defer { if file != STDIN_FILENO { close(file) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, "read")
            }
            bytes += buffer[0..<count]
            guard bytes.count <= limit else {
                throw GeneralFault(
                    .tooLarge,
                    code: "file-too-large",
                    "\(path) is larger than \(limit) bytes"
                )
            }
        }
    }

    /// Writes a file for the owner alone: to a temporary name, synced, then renamed.
    ///
    /// - Parameters:
    ///   - bytes: the whole content.
    ///   - path: where to.
    /// - Throws: a fault that says why it cannot be written.
    public static func write(_ bytes: [UInt8], to path: String) throws(GeneralFault) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(temporary, "write") }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                Glibc.write(file, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                close(file)
                throw failure(temporary, "write")
            }
            done += count
        }
        guard fsync(file) == 0, close(file) == 0, rename(temporary, path) == 0 else {
            throw failure(path, "write")
        }
    }

    private static func failure(_ path: String, _ verb: String) -> GeneralFault {
        GeneralFault(
            .unavailable,
            code: "file",
            "cannot \(verb) \(path): \(String(cString: strerror(errno)))"
        )
    }
}
