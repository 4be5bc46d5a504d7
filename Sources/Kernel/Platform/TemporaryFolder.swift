import Core
import Glibc

/// A folder for as long as a command runs.
public enum TemporaryFolder {
    /// Runs `body` with the path of an empty folder for the owner alone, and removes it afterwards.
    ///
    /// - Throws: a fault of code `no-temporary-folder`; what `body` throws.
    public static func using<Output>(
        _ body: (String) async throws -> Output
    ) async throws -> Output {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(place)/weft-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw GeneralFault(
                .unavailable,
                code: "no-temporary-folder",
                "cannot make a folder in \(place): \(String(cString: strerror(errno)))"
            )
        }
        let path = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? place
        }
        defer { FileTree.removeContents(of: path, andItself: true) }
        return try await body(path)
    }
}
