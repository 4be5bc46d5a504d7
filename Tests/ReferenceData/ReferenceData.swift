public import Foundation

/// The reference data that some tests read: in the folder that `WEFT_DATA` names, or beside the project.
public enum ReferenceData {
    /// Where it is, whether or not it is there.
    public static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["WEFT_DATA"] {
            return URL(filePath: named)
        }
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return package.appending(path: "../shared/data")
    }()

    /// One of its files or folders.
    public static func file(_ path: String) -> URL { folder.appending(path: path) }

    /// Whether a file or folder is there; tests that need it are skipped where it is not.
    public static func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: file(path).path())
    }
}
