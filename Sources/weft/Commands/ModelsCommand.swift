import Core
import Glibc
import Platform

/// `weft models`: the models that agents may ask, without the server, or beside it.
enum ModelsCommand {
    static let usage = """
        usage: weft models list [--organisation NAME] [--data DIR] [--config FILE]
        Prints providers and models as JSON; credentials are not in it.

        usage: weft models add NAME --model ID --provider NAME
                               [--kind bedrock|anthropic|openai --sensitivity public|restricted
                                [--url URL] [--region REGION] [--secret-file FILE]]
                               [--purpose chat|embedding] [--price-input P] [--price-output P]
                               [--answers native|tool|instruction] [--dimensions N]
                               [--organisation NAME] [--data DIR] [--config FILE]
          NAME             what agents call the model
          --model ID       the provider's id of it
          --provider NAME  one that is there, or with --kind one to be made
          --sensitivity S  the most delicate prompts that the provider may be sent
          --url URL        for servers of one's own, for instance http://127.0.0.1:11434/v1; those on
                           this machine need models.private-providers
          --secret-file F  the API key, or for Bedrock JSON with accessKeyId, secretAccessKey and
                           sessionToken; - is standard input. Without it the terminal asks
          --price-input P, --price-output P
                           for a million tokens, in the organisation's currency, for instance 3.00

        usage: weft models check [NAME] [--organisation NAME] [--data DIR] [--config FILE]
        Asks the model, or every model that is switched on, a few small questions and tells what works
        and what to do about the rest; exits 1 when one does not work.
        """

    private static let shared: Set<String> = ["--organisation", "--data", "--config"]

    static func list(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: shared)
                try options.expectNoWords()
                try await using(options) { call in
                    let providers = try await call("models.list-model-providers", [:])
                    let models = try await call("models.list-models", [:])
                    say(
                        JSON.object([
                            "providers": providers["items"] ?? [], "models": models["items"] ?? [],
                        ]).text(.pretty)
                    )
                }
            },
            usage: usage
        )
    }

    static func add(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await add(options: arguments) }, usage: usage)
    }

    static func check(_ arguments: [String]) async -> Int32 {
        let allWork = Flag()
        let code = await exitCode(of: { try await check(arguments, allWork) }, usage: usage)
        return code == 0 && !allWork.isSet ? 1 : code
    }

    /// Set once, when nothing failed.
    private final class Flag {
        var isSet = false
    }

    private typealias Call = (String, JSON) async throws -> JSON

    private static func using(
        _ options: CommandOptions,
        _ body: (Call) async throws -> Void
    ) async throws {
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            try await body { try await installation.call($0, $1, as: scope) }
        }
    }

    // MARK: Adding

    private static func add(options arguments: [String]) async throws {
        let ofProvider = ["--kind", "--sensitivity", "--url", "--region", "--secret-file"]
        let options = try CommandOptions(
            arguments,
            valued: shared.union(ofProvider).union([
                "--model", "--provider", "--purpose", "--price-input", "--price-output",
                "--answers", "--dimensions",
            ])
        )
        let name = try options.onlyWord("a NAME")
        let provider = try options.required("--provider")
        var model: JSON = [
            "name": .string(name), "model": .string(try options.required("--model")),
        ]
        for key in ["purpose", "answers"] {
            if let text = options.values["--\(key)"] { model[key] = .string(text) }
        }
        var prices: JSON = [:]
        for key in ["input", "output"] {
            if let text = options.values["--price-\(key)"] { prices[key] = .string(text) }
        }
        if prices != [:] { model["prices"] = prices }
        if let text = options.values["--dimensions"] {
            guard let number = Int(text) else {
                throw UsageError("--dimensions must be a whole number")
            }
            model["dimensions"] = .int(number)
        }
        let new = try options.values["--kind"].map { try newProvider(provider, $0, options) }
        if new == nil, let option = ofProvider.first(where: { options.values[$0] != nil }) {
            throw UsageError("\(option) is for a new provider: --kind is needed too")
        }
        try await using(options) { call in
            let known = try await call("models.list-model-providers", [:])["items"]?.array ?? []
            let found = known.first { $0["name"]?.string == provider }
            if let new {
                guard found == nil else {
                    throw GeneralFault(
                        .conflict,
                        code: "name-taken",
                        "there is a provider \"\(provider)\"; leave --kind out to use it"
                    )
                }
                let made = try await call("models.create-model-provider", new)
                model["provider"] = made["id"]
                do {
                    say(try await call("models.create-model", model).text(.pretty))
                } catch {
                    // Nothing is half done.
                    _ = try await call("models.remove-model-provider", ["id": made["id"] ?? .null])
                    throw error
                }
            } else {
                guard let found else {
                    throw GeneralFault(
                        .notFound,
                        code: "not-found",
                        "there is no provider \"\(provider)\"; --kind makes one"
                    )
                }
                model["provider"] = found["id"]
                say(try await call("models.create-model", model).text(.pretty))
            }
        }
    }

    private static func newProvider(
        _ name: String,
        _ kind: String,
        _ options: CommandOptions
    ) throws -> JSON {
        var provider: JSON = [
            "name": .string(name), "kind": .string(kind),
            "sensitivity": .string(try options.required("--sensitivity")),
        ]
        for key in ["url", "region"] {
            if let text = options.values["--\(key)"] { provider[key] = .string(text) }
        }
        if let credentials = try credentials(kind, options) {
            provider["credentials"] = credentials
        }
        return provider
    }

    /// The credentials, from a file or whoever sits there; never from an argument, which others can see.
    private static func credentials(_ kind: String, _ options: CommandOptions) throws -> JSON? {
        let text: String
        if let path = options.values["--secret-file"] {
            let bytes = try WholeFile.read(path, limit: 16_384)
            guard let whole = String(validating: bytes, as: UTF8.self) else {
                throw GeneralFault(.malformed, code: "not-utf8", "\(path) is not UTF-8 text")
            }
            text = whole
        } else if Terminal.isThere {
            text = try Terminal.secret("API key, or for Bedrock JSON with the access key: ")
        } else {
            return nil
        }
        let trimmed = String(
            text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        )
        if trimmed.isEmpty { return nil }
        guard trimmed.hasPrefix("{") else { return ["apiKey": .string(trimmed)] }
        do throws(JSONSyntaxError) {
            return try JSON(parsing: trimmed)
        } catch {
            throw GeneralFault(.malformed, code: "malformed-json", "the credentials: \(error)")
        }
    }

    // MARK: Checking

    private static func check(_ arguments: [String], _ allWork: Flag) async throws {
        let options = try CommandOptions(arguments, valued: shared)
        guard options.words.count <= 1 else {
            throw UsageError("unexpected \"\(options.words[1])\"")
        }
        try await using(options) { call in
            let models = try await call("models.list-models", [:])["items"]?.array ?? []
            let chosen =
                options.words.first.map { name in models.filter { $0["name"]?.string == name } }
                ?? models.filter { $0["enabled"]?.bool == true }
            guard !chosen.isEmpty else {
                throw GeneralFault(
                    .notFound,
                    code: "not-found",
                    options.words.first.map { "there is no model \"\($0)\"" }
                        ?? "no model is configured; `weft models add` adds one"
                )
            }
            var works = true
            for model in chosen {
                let report = try await call("models.check", ["id": model["id"] ?? .null])
                works = works && report["works"]?.bool == true
                tell(report)
            }
            allWork.isSet = works
        }
    }

    private static func tell(_ report: JSON) {
        let name = report["model"]?.string ?? ""
        let verdict = report["works"]?.bool == true ? "works" : "does not work"
        let time = report["latencyMs"]?.int.map { ", first answer after \($0) ms" } ?? ""
        say("\(name) (\(report["provider"]?.string ?? "")): \(verdict)\(time)")
        for finding in report["findings"]?.array ?? [] {
            let step = finding["step"]?.string ?? ""
            let outcome = finding["outcome"]?.string ?? ""
            let mark = outcome == "ok" ? "ok     " : outcome == "failed" ? "FAILED " : "skipped"
            let padded = step + String(repeating: " ", count: max(0, 12 - step.count))
            say("  \(mark)  \(padded)\(finding["message"]?.string ?? "")")
            if let advice = finding["advice"]?.string { say("           → \(advice)") }
        }
    }
}
