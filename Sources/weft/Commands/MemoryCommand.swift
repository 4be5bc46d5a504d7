import Agents
import Core
import Platform

/// `weft memory`: what agents and people remember, without the server or beside it.
enum MemoryCommand {
    static let usage = """
        usage: weft memory remember STATEMENT --subject S [--attribute A] [--confidence C] [--source S]
                                    [--from TIME] [--until TIME]
               weft memory recall TEXT [--subject S] [--attribute A] [--agent A] [--at TIME] [--limit N]
               weft memory forget ID --reason TEXT
               weft memory receipts
          and for all of them [--organisation NAME] [--data DIR] [--config FILE]
          --subject S     what it is about, for instance customer:<id> or depot:north
          --attribute A   which property it tells: of one property one thing is true at a time
          --confidence C  how sure it is, 0 to 1 (default 0.8)
          --at TIME       only what is true then
        Prints what POST /api/facts, GET /api/facts/search, DELETE /api/facts/{id} and
        GET /api/facts/receipts answer.
        """

    private static let shared: Set<String> = ["--organisation", "--data", "--config"]

    static func remember(_ arguments: [String]) async -> Int32 {
        await run(
            arguments,
            "memory.add-fact",
            word: ("statement", "a STATEMENT"),
            texts: [
                "--subject": "subject", "--attribute": "attribute", "--source": "source",
                "--from": "validFrom", "--until": "validUntil",
            ],
            numbers: ["--confidence": "confidence"],
            needed: ["--subject"]
        )
    }

    static func recall(_ arguments: [String]) async -> Int32 {
        await run(
            arguments,
            "memory.search-facts",
            word: ("q", "a TEXT"),
            texts: [
                "--subject": "subject", "--attribute": "attribute", "--agent": "agent",
                "--at": "validAt",
            ],
            numbers: ["--limit": "limit"]
        )
    }

    static func forget(_ arguments: [String]) async -> Int32 {
        await run(
            arguments,
            "memory.forget-fact",
            word: ("id", "an ID"),
            texts: ["--reason": "reason"],
            needed: ["--reason"]
        )
    }

    static func receipts(_ arguments: [String]) async -> Int32 {
        await run(arguments, "memory.list-receipts", word: nil)
    }

    private static func run(
        _ arguments: [String],
        _ tool: String,
        word: (member: String, expected: String)?,
        texts: [String: String] = [:],
        numbers: [String: String] = [:],
        needed: [String] = []
    ) async -> Int32 {
        let work = {
            let options = try CommandOptions(
                arguments,
                valued: shared.union(texts.keys).union(numbers.keys)
            )
            var input: JSON = [:]
            if let word {
                input[word.member] = .string(try options.onlyWord(word.expected))
            } else {
                try options.expectNoWords()
            }
            for option in needed { _ = try options.required(option) }
            for (option, member) in texts {
                if let text = options.values[option] { input[member] = .string(text) }
            }
            for (option, member) in numbers {
                guard let text = options.values[option] else { continue }
                guard let number = Double(text), number.isFinite else {
                    throw UsageError("\(option) must be a number")
                }
                input[member] = Int(exactly: number).map { .int($0) } ?? .double(number)
            }
            let installation = try await LocalInstallation.open(options)
            try await LocalInstallation.using(installation) {
                let scope = try await installation.administrator(
                    of: options.values["--organisation"]
                )
                say(try await installation.call(tool, input, as: scope).text(.pretty))
            }
        }
        return await exitCode(of: work, usage: usage)
    }
}
