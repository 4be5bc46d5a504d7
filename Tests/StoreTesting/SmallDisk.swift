import Foundation
import Glibc

/// A file system of a fixed size in memory.
public struct SmallDisk: ~Copyable {
    /// Where it is mounted.
    public let path: String

    /// Whether this process may mount.
    public static let possible = geteuid() == 0 && shell("mount", "--version") == 0

    /// Mounts one.
    ///
    /// - Throws: when the system refuses.
    public init(kibibytes: Int) throws {
        path = NSTemporaryDirectory() + "weft-disk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.mount("-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", path)
    }

    /// Gives it another size.
    ///
    /// - Throws: when the system refuses.
    public func grow(kibibytes: Int) throws {
        try Self.mount("-o", "remount,size=\(kibibytes)k", path)
    }

    deinit {
        _ = Self.shell("umount", "-l", path)
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func mount(_ arguments: String...) throws {
        guard shell(["mount"] + arguments) == 0 else {
            throw ServerFailure(message: "mount \(arguments) was refused")
        }
    }

    private static func shell(_ arguments: String...) -> Int32 { shell(arguments) }

    private static func shell(_ arguments: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return -1
        }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
