import Core
import Glibc
import MCP
import Web

/// `weft mcp tools|call|resources|read|prompts|prompt`: what outside MCP servers offer, from the terminal.
enum MCPClientCommand {
    static let usage = """
        usage: weft mcp tools     SERVER
               weft mcp call      SERVER TOOL [ARGUMENTS]
               weft mcp resources SERVER
               weft mcp read      SERVER URI
               weft mcp prompts   SERVER
               weft mcp prompt    SERVER NAME [ARGUMENTS]
          SERVER is an address, https://mcp.example/mcp, or at the end of the line -- COMMAND [WORD…].
          ARGUMENTS is a JSON object.
          --revision R     speak 2026-07-28, 2025-11-25, 2025-06-18 or 2025-03-26 only
          --timeout S      seconds that an answer may take, default 60
          --defaults       answer the server's questions with the defaults in its forms; else decline
          --answer JSON    answer them with these values
          --header 'N: V'  send a header field, for instance a key; may be repeated
          --env N=V        a variable of the command's; may be repeated
          --private        reach private addresses, too; those of this machine need no word
          --sign-in        authorise Weft in a browser when the server asks; so at a terminal
          --browser CMD    run CMD with the address instead of showing it
          --tokens FILE    keep tokens and registrations in a file for the next time
          --client-id ID, --client-secret-file FILE, --issuer URL
                           what was registered by hand at the authorization server
          --client-document URL
                           the https address of a client id metadata document
          --callback-port N, --certificates FILE, --verbose
        The result is JSON; a tool that says it failed ends with exit code 1.
        """

    static func tools(_ arguments: [String]) async -> Int32 {
        await run(arguments, words: 0...0) { client, _ in
            let list = try await client.tools()
            var answer = description(of: client)
            answer["tools"] = .array(list.tools.map(\.definition))
            answer["rejected"] = .array(
                list.rejected.map { ["name": .string($0.name), "reason": .string($0.reason)] }
            )
            return .object(answer)
        }
    }

    static func call(_ arguments: [String]) async -> Int32 {
        await run(arguments, words: 1...2) { client, words in
            let input = try words.count > 1 ? MCPClientOptions.object(words[1], "ARGUMENTS") : [:]
            let result = try await client.call(words[0], input)
            if result["isError"] == true {
                say(result.text(.pretty))
                throw GeneralFault(
                    .conflict,
                    code: "mcp-tool-failed",
                    "the tool says that it failed"
                )
            }
            return result
        }
    }

    static func resources(_ arguments: [String]) async -> Int32 {
        await run(arguments, words: 0...0) { client, _ in
            ["resources": .array(try await client.resources())]
        }
    }

    static func read(_ arguments: [String]) async -> Int32 {
        await run(arguments, words: 1...1) { client, words in try await client.read(words[0]) }
    }

    static func prompts(_ arguments: [String]) async -> Int32 {
        await run(arguments, words: 0...0) { client, _ in
            ["prompts": .array(try await client.prompts())]
        }
    }

    static func prompt(_ arguments: [String]) async -> Int32 {
        await run(arguments, words: 1...2) { client, words in
            let input = try words.count > 1 ? MCPClientOptions.object(words[1], "ARGUMENTS") : [:]
            return try await client.prompt(words[0], input)
        }
    }

    private static func description(of client: OutsideClient) -> JSONObject {
        guard let server = client.server else { return [:] }
        return [
            "revision": .string(server.revision.rawValue), "server": server.info,
            "capabilities": server.capabilities, "instructions": .optional(server.instructions),
        ]
    }

    private static func run(
        _ arguments: [String],
        words: ClosedRange<Int>,
        _ body: @escaping @Sendable (OutsideClient, [String]) async throws -> JSON
    ) async -> Int32 {
        await exitCode(
            of: {
                let options = try MCPClientOptions(arguments, words: words)
                // A second word is a JSON object in every command that takes one.
                if options.words.count > 1 {
                    _ = try MCPClientOptions.object(options.words[1], "ARGUMENTS")
                }
                let client = try client(options)
                let result = try await withThrowingTaskGroup(of: JSON?.self) { group in
                    group.addTask {
                        await client.run()
                        return nil
                    }
                    group.addTask {
                        do {
                            try await client.connect()
                            let result = try await body(client, options.words)
                            await client.close()
                            return result
                        } catch {
                            await client.close()
                            throw error
                        }
                    }
                    var result: JSON?
                    while let next = try await group.next() {
                        if let next {
                            result = next
                            group.cancelAll()
                        }
                    }
                    return result
                }
                if let result { say(result.text(.pretty)) }
            },
            usage: usage
        )
    }

    private static func client(_ options: MCPClientOptions) throws -> OutsideClient {
        let isVerbose = options.isVerbose
        let log: @Sendable (String) -> Void = { if isVerbose { complain($0) } }
        switch options.server {
        case .program(let program):
            return try OutsideClient(program, configuration: options.configuration, log: log)
        case .address(let address):
            let signIn = options.signIn
            let page = try CallbackPage(port: signIn.port)
            let keeper = try CommandKeeper(
                page: page,
                isSignInWanted: signIn.isWanted,
                browser: signIn.browser,
                file: signIn.tokens
            )
            return OutsideClient(
                address,
                web: CurlWebClient(.init(certificates: options.certificates)),
                access: HTTPAccess(
                    headers: options.headers,
                    reachesPrivateAddresses: options.reachesPrivateAddresses,
                    authorisation: (
                        identity: ClientIdentity(
                            redirectURI: page.address,
                            isNative: true,
                            document: signIn.document,
                            registered: signIn.registered,
                            allowsPlain: options.reachesPrivateAddresses
                        ),
                        keeper: keeper
                    )
                ),
                configuration: options.configuration,
                clock: SystemClock(),
                random: SystemRandom(),
                log: { complain($0) }
            )
        }
    }
}
