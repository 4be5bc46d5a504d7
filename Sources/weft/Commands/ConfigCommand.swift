import Core
import Platform

/// `weft config --explain`: every setting, its value and where that came from.
enum ConfigCommand {
    static let usage = """
        usage: weft config --explain [--config FILE]
        Shows every setting, what it means, its value and where that came from; never a secret.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(
                    arguments,
                    valued: ["--config"],
                    flags: ["--explain"]
                )
                try options.expectNoWords()
                guard options.flags.contains("--explain") else {
                    throw UsageError("weft config only explains: --explain")
                }
                say(try ConfigurationFile.load(options).explanation)
            },
            usage: usage
        )
    }
}
