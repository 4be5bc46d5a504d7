public import Core
public import Store

/// Looks at the machine, the configuration and the data, and says what is wrong and what to do.
///
/// Nothing is changed, and no check stops the others.
public struct Doctor: Sendable {
    /// How bad something is.
    public enum Level: String, Sendable {
        /// As it should be.
        case ok
        /// It works, but not well or not for long.
        case warning
        /// It does not work.
        case problem
    }

    /// What one check found.
    public struct Finding: Sendable, Hashable {
        /// How bad it is.
        public var level: Level
        /// What was found.
        public var what: String
        /// What to do about it; nil when all is well.
        public var advice: String?

        /// A finding.
        public init(_ level: Level, _ what: String, advice: String? = nil) {
            self.level = level
            self.what = what
            self.advice = advice
        }

        /// `{"level","what","advice"}`.
        public var json: JSON {
            [
                "level": .string(level.rawValue), "what": .string(what),
                "advice": .optional(advice),
            ]
        }

        /// The finding as a line: `warning  what — what to do`.
        public var line: String {
            let level = level.rawValue
            return level + String(repeating: " ", count: 9 - level.utf8.count) + what
                + (advice.map { " — \($0)" } ?? "")
        }
    }

    let configuration: Configuration
    let folder: String
    let console: String?
    let clock: any WallClock
    let openServer: (@Sendable () throws -> any Database)?

    /// A doctor.
    ///
    /// - Parameters:
    ///   - configuration: what was configured.
    ///   - folder: the data folder; it need not be there.
    ///   - console: where the console was found; nil when it was not.
    ///   - clock: what time it is.
    ///   - openServer: opens the store when it is on a server; nil when it is in the folder.
    public init(
        configuration: Configuration,
        folder: String,
        console: String?,
        clock: any WallClock,
        openServer: (@Sendable () throws -> any Database)? = nil
    ) {
        self.configuration = configuration
        self.folder = folder
        self.console = console
        self.clock = clock
        self.openServer = openServer
    }

    /// Runs all checks, in the order in which they are to be read.
    public func findings() async -> [Finding] {
        var findings = machine()
        findings += await data()
        if let console {
            findings.append(Finding(.ok, "console in \(console)"))
        } else {
            findings.append(
                Finding(
                    .warning,
                    "the console was not found; the API works without",
                    advice: "build it with `make web`, or name its folder in WEFT_CONSOLE"
                )
            )
        }
        if let mail = mail() { findings.append(mail) }
        return findings
    }

    static func message(of error: any Error) -> String {
        (error as? any Fault)?.message ?? String(describing: error)
    }

    static func bytes(_ count: UInt64) -> String {
        let mebibytes = count >> 20
        guard mebibytes >= 10_240 else { return "\(mebibytes) MiB" }
        return "\(mebibytes >> 10) GiB"
    }
}
