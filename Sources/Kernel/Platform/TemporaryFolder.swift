public import Core
import Glibc

/// A folder for a short while, for its owner alone.
public struct TemporaryFolder: Sendable {
    /// Where it is.
    public let path: String

    /// Makes a folder in `TMPDIR`, or in `/tmp`.
    ///
    /// - Parameter name: what its name begins with.
    /// - Throws: a fault of code `file`.
    public init(named name: String) throws(GeneralFault) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FileTree.failure("make a folder in", base) }
        path = String(
            decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// Removes the folder with all that is in it.
    public func remove() { FileTree.removeContents(of: path, andItself: true) }
}
