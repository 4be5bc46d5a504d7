import Glibc
import Synchronization

/// The time zones that the machine knows (`/usr/share/zoneinfo`), each read once.
public final class TimeZones: Sendable {
    private let folder: String
    private let known = Mutex<[String: TimeZoneRules]>([:])

    /// The zones in a folder of TZif files.
    public init(folder: String = "/usr/share/zoneinfo") {
        self.folder = folder
    }

    /// The zone of that name; nil when there is none.
    public func zone(_ name: String) -> TimeZoneRules? {
        if let rules = known.withLock({ $0[name] }) { return rules }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part.first != "."
                && part.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                        || (0x61...0x7A).contains(byte) || "-_+".utf8.contains(byte)
                }
        }
        guard isName, name.utf8.count <= 64, let bytes = read(folder + "/" + name),
            let rules = TimeZoneRules(bytes)
        else { return nil }
        // There are some 600 names in all.
        known.withLock { $0[name] = rules }
        return rules
    }

    private func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (1...(1 << 20)).contains(status.st_size)
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: status.st_size)
        return Glibc.read(file, &bytes, bytes.count) == bytes.count ? bytes : nil
    }
}
