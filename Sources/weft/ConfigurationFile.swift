import Core
import Glibc
import Platform

/// `weft.json` of the working folder, or the file that `--config` or `WEFT_CONFIG` names.
enum ConfigurationFile {
    static func load(_ options: CommandOptions) throws -> Configuration {
        let named = options.values["--config"] ?? getenv("WEFT_CONFIG").map { String(cString: $0) }
        let path = named ?? "weft.json"
        var file: JSON?
        if named != nil || access(path, F_OK) == 0 {
            do {
                file = try JSON(parsing: WholeFile.read(path, limit: 1 << 20))
            } catch let error as JSONSyntaxError {
                throw GeneralFault(.invalid, code: "invalid-configuration", "\(path): \(error)")
            }
        }
        var given: [String: JSON] = [:]
        if let port = options.values["--port"] { given["server.port"] = .string(port) }
        if let data = options.values["--data"] { given["data.folder"] = .string(data) }
        return try Configuration(
            file: file,
            path: path,
            environment: environment(),
            options: given
        )
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if text.hasPrefix("WEFT_"), let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }
}
