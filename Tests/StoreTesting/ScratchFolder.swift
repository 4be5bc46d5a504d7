import Foundation

/// A folder that is removed when the value goes away.
public final class ScratchFolder: Sendable {
    /// Where it is.
    public let path: String

    /// Makes one.
    ///
    /// - Throws: when the disk refuses.
    public init() throws {
        path = NSTemporaryDirectory() + "weft-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
