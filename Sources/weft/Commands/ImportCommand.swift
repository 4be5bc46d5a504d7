import Agents
import Core
import Platform

/// `weft import orders`: places the orders of a file, also while a server works on the folder.
enum ImportCommand {
    static let usage = """
        usage: weft import orders FILE [--partial] [--organisation NAME] [--data DIR]
                                  [--config FILE]
          FILE                 CSV or JSON, by its ending or content; - is standard input
          --partial            place the good orders although others have errors
          --organisation NAME  needed only where there are several
        Prints {"imported","rejected","errors"}; without --partial one bad order refuses all.
        """

    private static let largest = 8 << 20

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await place(arguments) }, usage: usage)
    }

    private static func place(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--organisation", "--data", "--config"],
            flags: ["--partial"]
        )
        let path = try options.onlyWord("a FILE")
        let bytes = try WholeFile.read(path, limit: largest)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw GeneralFault(.malformed, code: "not-utf8", "\(path) is not UTF-8 text")
        }
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            do {
                let result = try await installation.call(
                    "logistics.import-orders",
                    [
                        "format": .string(format(of: path, bytes)), "text": .string(text),
                        "partial": .bool(options.flags.contains("--partial")),
                    ],
                    as: scope
                )
                say(result.text(.pretty))
            } catch let fault as GeneralFault where fault.code == "import-refused" {
                say(JSON.object(fault.details).text(.pretty))
                throw fault
            }
        }
    }

    private static func format(of path: String, _ bytes: [UInt8]) -> String {
        let name = path.lowercased()
        if name.hasSuffix(".json") { return "json" }
        if name.hasSuffix(".csv") { return "csv" }
        let first = bytes.first { $0 > 0x20 }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? "json" : "csv"
    }
}
