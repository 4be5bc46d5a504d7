import Channels
public import Core

/// What was configured: the file `weft.json`, overridden by the environment, over the defaults.
public struct Configuration: Sendable {
    /// Where a value came from.
    public enum Source: Sendable, Hashable {
        /// Nobody said anything.
        case fallback
        /// The file.
        case file(String)
        /// The environment variable.
        case environment(String)
        /// A command-line option.
        case option(String)
    }

    /// Everything that can be configured.
    public static let keys: [ConfigurationKey] =
        [
            .init("server.address", .text, "127.0.0.1", "The address to listen on."),
            .init(
                "server.port",
                .integer(0...65_535),
                8080,
                "The port to listen on; 0 takes a free one."
            ),
            .init("server.threads", .integer(0...256), 0, "Event loops; 0 for one per core."),
            .init(
                "server.connections",
                .integer(16...1_000_000),
                20_000,
                "How many connections there may be, WebSockets included."
            ),
            .init(
                "server.connections-per-address",
                .integer(1...1_000_000),
                256,
                "How many connections one address may have, that of a proxy in server.proxies aside."
            ),
            .init(
                "server.url",
                .text,
                nil,
                "The address that people use, for links in messages, for instance https://weft.example."
            ),
            .init(
                "server.proxies",
                .text,
                nil,
                "Proxies whose word on the client's address is taken: addresses and ranges, with commas."
            ),
            .init(
                "server.forwarded",
                .choice(["x-forwarded-for", "forwarded"]),
                "x-forwarded-for",
                "The header field in which those proxies tell the client's address."
            ),
            .init("data.folder", .text, "weft-data", "Where the store, objects and keys are."),
            .init(
                "log.level",
                .choice(["debug", "info", "warning", "error"]),
                "info",
                "The least important lines to write."
            ),
            .init(
                "log.format",
                .choice(["auto", "json", "text"]),
                "auto",
                "JSON lines, or text for people; auto is text on a terminal."
            ),
            .init("auth.issuer", .text, "weft", "The issuer in access tokens."),
            .init("auth.audience", .text, "weft", "The audience in access tokens."),
            .init(
                "oidc.issuer",
                .text,
                nil,
                "The OpenID Connect issuer that people may sign in with; server.url must be set, too."
            ),
            .init("oidc.client-id", .text, nil, "This installation's id at the issuer."),
            .init(
                "oidc.client-secret",
                .text,
                nil,
                isSecret: true,
                "Its secret there; without one PKCE alone protects the code."
            ),
            .init("oidc.name", .text, "oidc", "The provider's name in addresses."),
            .init("oidc.label", .text, "Single sign-on", "What the button says."),
            .init("oidc.scopes", .text, "openid email profile", "What is asked for."),
            .init(
                "oidc.match-email",
                .flag,
                false,
                "Whether the owner of an account's e-mail, verified by the issuer, gets the account."
            ),
            .init("oidc.create", .flag, false, "Whether people without an account get one."),
            .init("oidc.roles", .text, "viewer", "The roles of accounts that are made, by commas."),
            .init(
                "oidc.organisation",
                .text,
                nil,
                "The organisation they are made in; needed where there are several."
            ),
            .init(
                "packing.seconds",
                .number(0.01...600),
                1.0,
                unit: "seconds",
                "How long packing one order may compute."
            ),
            .init(
                "workflows.run",
                .flag,
                true,
                "Whether this process runs workflows and delivers messages; false leaves them for later."
            ),
            .init(
                "workflows.days",
                .integer(1...36_500),
                90,
                unit: "days",
                "How long runs that have ended are kept; organisations may choose fewer days."
            ),
            .init(
                "workflows.steps",
                .integer(1...100_000),
                256,
                "How many steps of workflows may be under way at once."
            ),
            .init(
                "workflows.memory",
                .integer(16...1_000_000),
                20_000,
                "How many runs are kept in memory; others wait in the store."
            ),
            .init(
                "workflows.lease",
                .number(1...3_600),
                20.0,
                unit: "seconds",
                "How long runs stay with a process that is not heard of any more."
            ),
            .init(
                "workers",
                .integer(0...256),
                0,
                "Threads for long computations; 0 for one per core."
            ),
            .init("mail.host", .text, nil, "The SMTP server; without it e-mail is not sent."),
            .init("mail.port", .integer(1...65_535), 587, "The SMTP server's port."),
            .init("mail.user", .text, nil, "The name to sign in to the SMTP server."),
            .init("mail.password", .text, nil, isSecret: true, "The password for the SMTP server."),
            .init(
                "mail.security",
                .choice(["none", "starttls", "tls"]),
                "starttls",
                "How the connection to the SMTP server is protected."
            ),
            .init("mail.from", .text, "weft@localhost", "The sender of e-mail."),
            .init(
                "mail.certificates",
                .text,
                nil,
                "A file of certificates to trust for the SMTP server instead of the system's."
            ),
            .init(
                "channels.language",
                .choice(MessageKind.languages),
                "en",
                "The language of messages to whoever has chosen none."
            ),
            .init(
                "channels.private-targets",
                .flag,
                false,
                "Whether webhooks and channel targets may use http and addresses of private networks."
            ),
            .init(
                "channels.texts-per-day",
                .integer(0...1_000_000),
                500,
                "How many text messages an organisation may send in a day of UTC; 0 for any number."
            ),
            .init(
                "channels.days",
                .integer(1...4_000),
                30,
                unit: "days",
                "How long the logs of messages, of deliveries to webhooks and of incidents are kept."
            ),
            .init(
                "web.certificates",
                .text,
                nil,
                "A file of certificates to trust for requests to others instead of the system's."
            ),
        ] + store + observation + traffic + series + outsideServers + models

    private var values: [String: (value: JSON, source: Source)] = [:]

    /// Resolves all keys.
    ///
    /// - Parameters:
    ///   - file: the parsed `weft.json` with nested objects, `{"server":{"port":8080}}`; nil when
    ///     there is none.
    ///   - path: where the file is, for messages.
    ///   - environment: the process's variables; those that begin with `WEFT_` count.
    ///   - options: values from the command line, by key.
    /// - Throws: a fault that names the key, the place and what was expected; for an unknown key the
    ///   nearest known one.
    public init(
        file: JSON? = nil,
        path: String = "weft.json",
        environment: [String: String] = [:],
        options: [String: JSON] = [:]
    ) throws(GeneralFault) {
        let names = Self.keys.map(\.name)
        for key in Self.keys {
            if let fallback = key.fallback { values[key.name] = (fallback, .fallback) }
        }
        for (name, raw) in try Self.flattened(file ?? [:], path) {
            guard let key = Self.keys.first(where: { $0.name == name }) else {
                throw Self.unknown("\"\(name)\" in \(path)", near: nearest(to: name, among: names))
            }
            values[name] = (try key.value(raw, from: path), .file(path))
        }
        let variables = Self.keys.map(\.variable)
        for (variable, text) in environment.sorted(by: { $0.key < $1.key })
        where variable.hasPrefix("WEFT_") && !Self.foreign.contains(variable) {
            guard let key = Self.keys.first(where: { $0.variable == variable }) else {
                throw Self.unknown(
                    "environment variable \(variable)",
                    near: nearest(to: variable, among: variables)
                )
            }
            values[key.name] = (
                try key.value(.string(text), from: variable), .environment(variable)
            )
        }
        for (name, raw) in options.sorted(by: { $0.key < $1.key }) {
            guard let key = Self.keys.first(where: { $0.name == name }) else { continue }
            values[name] = (try key.value(raw, from: "the command line"), .option(name))
        }
    }

    /// Variables that begin alike but belong to tests and tools.
    private static let foreign: Set<String> = [
        "WEFT_TESTS", "WEFT_DATA", "WEFT_BIN", "WEFT_URL", "WEFT_EMAIL", "WEFT_PASSWORD",
        "WEFT_SCREENSHOTS", "WEFT_TEST_STORE", "WEFT_CONSOLE", "WEFT_CONFIG",
        "WEFT_SIGV4",
    ]

    private static func unknown(_ what: String, near: String?) -> GeneralFault {
        GeneralFault(
            .invalid,
            code: "unknown-configuration",
            "\(what) is not known" + (near.map { "; did you mean \($0)?" } ?? "")
        )
    }

    private static func flattened(
        _ json: JSON,
        _ path: String
    ) throws(GeneralFault) -> [(String, JSON)] {
        guard case .object(let object) = json else {
            throw GeneralFault(
                .invalid,
                code: "invalid-configuration",
                "\(path): expected an object"
            )
        }
        var flat: [(String, JSON)] = []
        for member in object {
            if case .object = member.value {
                for (name, value) in try flattened(member.value, path) {
                    flat.append(("\(member.key).\(name)", value))
                }
            } else {
                flat.append((member.key, member.value))
            }
        }
        return flat
    }

    /// The value of a key as text; nil when there is none.
    public func text(_ name: String) -> String? { values[name]?.value.string }

    /// The value of a key as a whole number; 0 when there is none.
    public func integer(_ name: String) -> Int { values[name]?.value.int ?? 0 }

    /// The value of a key as a number; 0 when there is none.
    public func number(_ name: String) -> Double { values[name]?.value.double ?? 0 }

    /// The truth value of a key; false when it has none.
    public func flag(_ name: String) -> Bool { values[name]?.value.bool ?? false }

    /// Where a key's value came from; nil when it has none.
    public func source(of name: String) -> Source? { values[name]?.source }

    /// Every key with its meaning, form, value and where that came from, for people.
    public var explanation: String {
        var lines: [String] = []
        for key in Self.keys {
            lines.append("\(key.name)  (\(key.variable))")
            lines.append("    \(key.meaning)")
            lines.append("    \(key.form)")
            let shown = values[key.name].map { key.isSecret ? "a secret" : $0.value.text() }
            let origin =
                switch values[key.name]?.source {
                case .none: ""
                case .fallback: ", the default"
                case .file(let path): ", from \(path)"
                case .environment(let variable): ", from \(variable)"
                case .option(let option): ", from the option for \(option)"
                }
            lines.append("    now: \(shown ?? "nothing")\(origin)")
        }
        return lines.joined(separator: "\n")
    }
}
