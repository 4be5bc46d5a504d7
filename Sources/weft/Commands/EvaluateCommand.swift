import Agents
import Core
import Identity
import Platform
import Store
import Workflows

/// `weft evaluate`: lets an agent decide the cases of a set, and counts what it gets right.
enum EvaluateCommand {
    static let usage = """
        usage: weft evaluate AGENT CASES.jsonl [--models NAME,…] [--trials K] [--against REPORT.json]
                             [--organisation NAME] [--data DIR] [--config FILE]
          CASES.jsonl       a case a line: {"id","input","now"?,
                            "tools":{TOOL:[{"input"?,"return":… | "throw":{"code","message"}},…]},
                            "expect":{"choice"?,"output"?,"confidence"?,"calls"?,"avoids"?,"fault"?}}
                            a tool's answers are taken in turn, the last one again and again; one with
                            an input answers calls that have these members; output is what the agent's
                            answer must have among others
          --models NAME,…   let these models decide, as they are set in the installation of --data,
                            instead of the agent's rules, which need no installation
          --trials K        decide each case K times, 1 to 100 (default 1)
          --against REPORT  compare with what an earlier run printed
        Prints {"passHat":{"1":…,"K":…},"costMicros","tokens","p50Micros","p99Micros","results":[…]}, where
        passHat k is the probability that k decisions of a case are all right; with --against the two
        reports in short and the cases that got worse and better; the earlier report must be of the same
        agent. Exit 1 when a decision was wrong, or with --against when a case got worse or is missing.
        """

    private static let largest = 256 << 20

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await evaluate(arguments) }, usage: usage)
    }

    private static func evaluate(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: [
                "--models", "--trials", "--against", "--organisation", "--data", "--config",
            ]
        )
        guard options.words.count == 2 else { throw UsageError("an AGENT and CASES are needed") }
        guard let trials = Int(options.values["--trials"] ?? "1"), (1...100).contains(trials) else {
            throw UsageError("--trials must be a whole number from 1 to 100")
        }
        let cases = try read(options.words[1])
        let earlier = try options.values["--against"].map { path in
            try parsed(try WholeFile.read(path, limit: largest), path)
        }
        let models = options.values["--models"]?.split(separator: ",").map(String.init)
        let report: EvaluationReport = try await with(options, needsData: models != nil) {
            installation,
            scope in
            let evaluation = try Evaluation(
                options.words[0],
                models.map { .models($0) } ?? .rules,
                settings: try await settings(options.words[0], installation, scope),
                office: installation.engine.agents.office
            )
            return try await evaluation.run(
                cases,
                trials: trials,
                scope: scope,
                name: "evaluation/\(installation.kernel.ids.next(Evaluation.self))"
            )
        }
        guard let earlier else {
            say(report.json.text(.pretty))
            guard report.isPassed else { throw failed("not every decision was right") }
            return
        }
        let comparison = try report.compared(with: earlier)
        say(comparison.text(.pretty))
        guard comparison["worse"]?.array?.isEmpty == true else {
            throw failed("cases got worse, or are missing")
        }
    }

    private static func settings(
        _ agent: String,
        _ installation: Installation,
        _ scope: Scope
    ) async throws -> AgentSettings {
        try await installation.database.read {
            try AgentSettings.of(agent, organisation: scope.organisation, in: $0)
        }
    }

    private static func failed(_ message: String) -> GeneralFault {
        GeneralFault(.conflict, code: "evaluation-failed", message)
    }

    /// Runs with the installation of the options, or, for rules, with an empty one that is thrown away.
    private static func with<Output: Sendable>(
        _ options: CommandOptions,
        needsData: Bool,
        _ body: (Installation, Scope) async throws -> Output
    ) async throws -> Output {
        if needsData || options.values["--data"] != nil {
            let installation = try await LocalInstallation.open(options)
            defer { installation.database.close() }
            let scope = try await installation.administrator(of: options.values["--organisation"])
            return try await body(installation, scope)
        }
        let folder = try TemporaryFolder(named: "weft-evaluate")
        defer { folder.remove() }
        let installation = try await LocalInstallation.make(
            CommandOptions(["--data", folder.path], valued: ["--data"])
        )
        defer { installation.database.close() }
        let scope = Scope.installation(trace: TraceContext(random: SystemRandom()))
        return try await body(installation, scope)
    }

    // MARK: Files

    private static func read(_ path: String) throws -> [EvaluationCase] {
        var cases: [EvaluationCase] = []
        var ids: Set<String> = []
        let bytes = try WholeFile.read(path, limit: largest)
        for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 })
        {
            let place = "\(path): line \(number + 1)"
            do {
                let given = try EvaluationCase(try parsed(Array(line), place))
                guard ids.insert(given.id).inserted else {
                    throw GeneralFault(
                        .invalid,
                        code: "repeated-case",
                        "the id \"\(given.id)\" is there already",
                        pointer: "/id"
                    )
                }
                cases.append(given)
            } catch let fault as GeneralFault where fault.code != "not-json" {
                throw GeneralFault(
                    fault.kind,
                    code: fault.code,
                    "\(place): \(fault.message)",
                    pointer: fault.pointer
                )
            }
        }
        guard !cases.isEmpty else {
            throw GeneralFault(.invalid, code: "no-cases", "\(path) has no cases")
        }
        return cases
    }

    private static func parsed(_ bytes: [UInt8], _ place: String) throws(GeneralFault) -> JSON {
        do throws(JSONSyntaxError) {
            return try JSON(parsing: bytes, limits: .init(depth: 200))
        } catch {
            throw GeneralFault(.malformed, code: "not-json", "\(place): \(error)")
        }
    }
}
