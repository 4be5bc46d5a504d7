import Core
import Glibc
import MCP
import Platform

/// What the commands over outside MCP servers are told: which server, how to reach it, what to ask.
struct MCPClientOptions {
    /// Where the server is.
    enum Server {
        case address(WebAddress)
        case program(ServerProgram)
    }

    let server: Server
    /// What follows the server: a tool and its arguments, for instance.
    let words: [String]
    let configuration: OutsideClient.Configuration
    let headers: [(name: String, value: String)]
    let reachesPrivateAddresses: Bool
    let signIn: SignIn
    let certificates: String?
    let isVerbose: Bool

    /// How a person authorises us at the server.
    struct SignIn {
        var isWanted: Bool
        var browser: String?
        var port: Int
        var document: String?
        var registered: ClientCredentials?
        var tokens: String?
    }

    private static let valued: Set<String> = [
        "--revision", "--timeout", "--answer", "--browser", "--callback-port", "--client-document",
        "--client-id", "--client-secret-file", "--issuer", "--tokens", "--certificates",
    ]
    private static let flags: Set<String> = ["--defaults", "--private", "--sign-in", "--verbose"]

    init(_ arguments: [String], words count: ClosedRange<Int>) throws {
        let (own, command) = Self.split(arguments)
        let (rest, repeated) = try Self.repeated(own, ["--header", "--env"])
        let options = try CommandOptions(rest, valued: Self.valued, flags: Self.flags)
        var words = options.words
        if let program = command.first {
            var environment: [String: String] = [:]
            for pair in repeated["--env"] ?? [] {
                let parts = pair.split(
                    separator: "=",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                guard parts.count == 2, !parts[0].isEmpty else {
                    throw UsageError("--env takes NAME=VALUE")
                }
                environment[String(parts[0])] = String(parts[1])
            }
            server = .program(
                ServerProgram(
                    command: program,
                    arguments: Array(command.dropFirst()),
                    environment: environment
                )
            )
        } else {
            guard !words.isEmpty else {
                throw UsageError("an address, or -- and a command, is needed")
            }
            let text = words.removeFirst()
            guard let address = WebAddress(text) else {
                throw UsageError("\"\(text)\" is no http or https address")
            }
            server = .address(address)
        }
        guard count.contains(words.count) else {
            throw UsageError(
                words.count < count.lowerBound ? "something is missing" : "too many words"
            )
        }
        self.words = words
        configuration = try Self.configuration(options)
        headers = try (repeated["--header"] ?? []).map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw UsageError("--header takes 'Name: value'") }
            let value = parts[1].drop { $0 == " " }
            return (name: String(parts[0]), value: String(value))
        }
        // Whoever types an address of this machine means it; what such a server names next, too.
        if case .address(let address) = server {
            reachesPrivateAddresses = options.flags.contains("--private") || address.isLoopback
        } else {
            reachesPrivateAddresses = false
        }
        signIn = try Self.signIn(options)
        certificates = options.values["--certificates"]
        isVerbose = options.flags.contains("--verbose")
    }

    /// The command's own words, and the program's after `--`.
    private static func split(_ arguments: [String]) -> ([String], [String]) {
        guard let mark = arguments.firstIndex(of: "--") else { return (arguments, []) }
        return (Array(arguments[..<mark]), Array(arguments[(mark + 1)...]))
    }

    /// Takes out the options that may be given several times.
    private static func repeated(
        _ arguments: [String],
        _ names: Set<String>
    ) throws(UsageError) -> ([String], [String: [String]]) {
        var rest: [String] = []
        var found: [String: [String]] = [:]
        var words = arguments[...]
        while let word = words.popFirst() {
            guard names.contains(word) else {
                rest.append(word)
                continue
            }
            guard let value = words.popFirst() else { throw UsageError("\(word) needs a value") }
            found[word, default: []].append(value)
        }
        return (rest, found)
    }

    private static func configuration(
        _ options: CommandOptions
    ) throws -> OutsideClient.Configuration {
        var configuration = OutsideClient.Configuration(version: Weft.version)
        if let text = options.values["--revision"] {
            guard let revision = ProtocolRevision(rawValue: text) else {
                throw UsageError(
                    "--revision must be one of \(ProtocolRevision.names.joined(separator: ", "))"
                )
            }
            configuration.revision = revision
        }
        if let text = options.values["--timeout"] {
            guard let seconds = Double(text), (0.1...600).contains(seconds) else {
                throw UsageError("--timeout must be 0.1 to 600 seconds")
            }
            configuration.timeout = .seconds(seconds)
        }
        if let text = options.values["--answer"] {
            configuration.elicitation = .answer(try object(text, "--answer"))
        } else if options.flags.contains("--defaults") {
            configuration.elicitation = .answer([:])
        }
        return configuration
    }

    private static func signIn(_ options: CommandOptions) throws -> SignIn {
        var registered: ClientCredentials?
        if let id = options.values["--client-id"] {
            var secret: String?
            if let path = options.values["--client-secret-file"] {
                let bytes = try WholeFile.read(path, limit: 4_096)
                secret = String(
                    decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D },
                    as: UTF8.self
                )
            }
            registered = ClientCredentials(
                issuer: options.values["--issuer"],
                id: id,
                secret: secret
            )
        }
        var port = 0
        if let text = options.values["--callback-port"] {
            guard let number = Int(text), (0...65_535).contains(number) else {
                throw UsageError("--callback-port must be 0 to 65535")
            }
            port = number
        }
        return SignIn(
            isWanted: options.flags.contains("--sign-in") || options.values["--browser"] != nil
                || isatty(STDERR_FILENO) == 1,
            browser: options.values["--browser"],
            port: port,
            document: options.values["--client-document"],
            registered: registered,
            tokens: options.values["--tokens"]
        )
    }

    /// A JSON object that was typed, or `-` for standard input.
    static func object(_ text: String, _ what: String) throws -> JSONObject {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSON(parsing: text)
        } catch {
            throw GeneralFault(.malformed, code: "not-json", "\(what) is not JSON: \(error)")
        }
        guard let object = json.object else {
            throw GeneralFault(.invalid, code: "wrong-type", "\(what) must be a JSON object")
        }
        return object
    }
}
