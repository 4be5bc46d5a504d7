import Agents
import Core
import Platform
import Store
import Workflows

/// `weft decision`: opens decisions, makes them again, compares them; also beside a running server.
enum DecisionCommand {
    static let usage = """
        usage: weft decision show ID
               weft decision replay ID [--rules | --models NAME,…]
               weft decision replay --all [--agent NAME] [--limit N]
               weft decision diff ID ID
               with [--organisation NAME] [--data DIR] [--config FILE]
          show      what was seen, weighed and chosen, and why, as JSON
          replay    make it again from its journal, without tools or models, and compare inputs,
                    options, scores, choice, rationale and confidence byte for byte: prints
                    {"outcome":"same|different|not-replayable",…}; exit 1 unless it is the same
          --rules, --models NAME,…
                    let the rules of this build, or models, decide the same case instead, and show
                    what would differ; changes nothing
          --all     the newest decisions, 1000 unless --limit says otherwise: prints how many are the
                    same, different and not replayable, and those that are not the same; exit 1 unless
                    there are any and all are the same
          diff      where two decisions differ
        """

    private static let common: Set<String> = ["--organisation", "--data", "--config"]

    static func show(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: common)
                let id = try options.onlyWord("an ID")
                try await with(options) { installation, scope in
                    say(
                        try await installation.call(
                            "platform.get-decision",
                            ["id": .string(id)],
                            as: scope
                        ).text(.pretty)
                    )
                }
            },
            usage: usage
        )
    }

    static func diff(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: common)
                guard options.words.count == 2 else { throw UsageError("two IDs are needed") }
                try await with(options) { installation, scope in
                    say(
                        try await installation.call(
                            "platform.compare-decisions",
                            [
                                "id": .string(options.words[0]),
                                "with": .string(options.words[1]),
                            ],
                            as: scope
                        ).text(.pretty)
                    )
                }
            },
            usage: usage
        )
    }

    static func replay(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(
                    arguments,
                    valued: common.union(["--models", "--agent", "--limit"]),
                    flags: ["--rules", "--all"]
                )
                try await with(options) { installation, scope in
                    if options.flags.contains("--all") {
                        try await replayAll(options, installation, scope)
                    } else {
                        try await replayOne(options, installation, scope)
                    }
                }
            },
            usage: usage
        )
    }

    private static func replayOne(
        _ options: CommandOptions,
        _ installation: Installation,
        _ scope: Scope
    ) async throws {
        let id = try options.onlyWord("an ID")
        let models = options.values["--models"]?.split(separator: ",").map(String.init)
        guard models == nil, !options.flags.contains("--rules") else {
            var input: JSON = ["id": .string(id)]
            if let models { input["models"] = .array(models.map { .string($0) }) }
            let found = try await installation.call("platform.try-decision", input, as: scope)
            return say(found.text(.pretty))
        }
        let found = try await installation.call(
            "platform.replay-decision",
            ["id": .string(id)],
            as: scope
        )
        say(found.text(.pretty))
        guard found["outcome"] == "same" else {
            throw GeneralFault(.conflict, code: "not-the-same", "not all is the same")
        }
    }

    private static func replayAll(
        _ options: CommandOptions,
        _ installation: Installation,
        _ scope: Scope
    ) async throws {
        try options.expectNoWords()
        guard let limit = Int(options.values["--limit"] ?? "1000"), (1...1_000_000).contains(limit)
        else { throw UsageError("--limit must be a whole number from 1 to 1000000") }
        let ids = try await installation.database.read { reader in
            try installation.kernel.journal.newest(
                limit,
                agent: options.values["--agent"],
                scope: scope,
                in: reader
            )
        }
        if ids.isEmpty { throw nothing(to: options.values["--agent"], installation) }
        let replayer = DecisionReplayer(installation.engine.agents.office)
        var counts = ["same": 0, "different": 0, "not-replayable": 0]
        var others: [JSON] = []
        for id in ids {
            guard let outcome = try await replayer.replay(id, scope: scope) else { continue }
            let shown = DecisionTools.shown(outcome, of: id)
            counts[shown["outcome"]?.string ?? "", default: 0] += 1
            if shown["outcome"] != "same", others.count < 100 { others.append(shown) }
        }
        let report: JSON = [
            "replayed": .int(ids.count), "same": .int(counts["same"] ?? 0),
            "different": .int(counts["different"] ?? 0),
            "notReplayable": .int(counts["not-replayable"] ?? 0), "others": .array(others),
        ]
        say(report.text(.pretty))
        guard others.isEmpty else {
            throw GeneralFault(.conflict, code: "not-the-same", "not all is the same")
        }
    }

    /// That there is nothing to replay; to whoever named an agent that is unknown, which one may be meant.
    private static func nothing(
        to agent: String?,
        _ installation: Installation
    ) -> GeneralFault {
        let agents = installation.registry.agents
        guard let agent, agents[agent] == nil else {
            return GeneralFault(
                .notFound,
                code: "nothing-to-replay",
                "there is no decision" + (agent.map { " of \($0)" } ?? "") + " to replay"
            )
        }
        let near = nearest(to: agent, among: agents.keys)
        return GeneralFault(
            .notFound,
            code: "unknown-agent",
            "there is no agent \"\(agent.prefix(60))\""
                + (near.map { "; did you mean \($0)?" } ?? "")
        )
    }

    private static func with(
        _ options: CommandOptions,
        _ body: (Installation, Scope) async throws -> Void
    ) async throws {
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            try await body(
                installation,
                try await installation.administrator(of: options.values["--organisation"])
            )
        }
    }
}
