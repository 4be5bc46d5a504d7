import Core
import Platform
import Store

/// `weft doctor`: checks the machine, the configuration and the data.
enum DoctorCommand {
    static let usage = """
        usage: weft doctor [--data DIR] [--config FILE] [--json]
          --data DIR  check that folder instead of the configured one
          --json      print {"sound","findings":[{"level","what","advice"}]}
        Changes nothing, works beside a running server. Exits with 1 when there is a problem.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        var isSound = true
        let code = await exitCode(of: { isSound = try await examine(arguments) }, usage: usage)
        return code == 0 && !isSound ? 1 : code
    }

    private static func examine(_ arguments: [String]) async throws -> Bool {
        let options = try CommandOptions(
            arguments,
            valued: ["--data", "--config"],
            flags: ["--json"]
        )
        try options.expectNoWords()
        var findings: [Doctor.Finding] = []
        let configuration: Configuration
        do {
            configuration = try ConfigurationFile.load(options)
            findings.append(Doctor.Finding(.ok, "the configuration is understood"))
        } catch let fault as any Fault {
            findings.append(
                Doctor.Finding(
                    .problem,
                    "configuration: \(fault.message)",
                    advice: "`weft config --explain` without it shows every setting"
                )
            )
            configuration = try Configuration()
        }
        let settings = configuration
        var openServer: (@Sendable () throws -> any Database)?
        if StoreComposition.isOnServer(settings) {
            openServer = { @Sendable in try StoreComposition.open(settings, file: "") }
        }
        let doctor = Doctor(
            configuration: configuration,
            folder: options.values["--data"] ?? configuration.text("data.folder") ?? "weft-data",
            console: ServerRoutes.consoleFolder(),
            clock: SystemClock(),
            openServer: openServer
        )
        findings += await doctor.findings()
        let isSound = !findings.contains { $0.level == .problem }
        if options.flags.contains("--json") {
            let result: JSON = [
                "sound": .bool(isSound), "findings": .array(findings.map(\.json)),
            ]
            say(result.text(.pretty))
        } else {
            for finding in findings { say(finding.line) }
        }
        return isSound
    }
}
