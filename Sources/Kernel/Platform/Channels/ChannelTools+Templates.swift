import Agents
import Channels
import Core
import HTTP
import Identity
import Store

extension ChannelTools {
    static let templateRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/message-templates", tool: "channels.list-templates"),
        ToolRoute(.put, "/api/message-templates/{kind}/{language}", tool: "channels.set-template"),
        ToolRoute(
            .delete,
            "/api/message-templates/{kind}/{language}",
            tool: "channels.reset-template"
        ),
    ]

    private static let key: [(String, JSON)] = [
        ("kind", ChannelSchemas.text(100)), ("language", ChannelSchemas.text(2)),
    ]

    func templates() throws -> [Tool] {
        let templates = kernel.channels.templates
        let audit = audit
        let words: [(String, JSON)] = [
            ("subject", ChannelSchemas.text(200)),
            ("body", ["type": "string", "maxLength": 20_000]),
        ]
        return [
            try Tool(
                name: "channels.list-templates",
                purpose: "Lists the words of every message in every language.",
                input: ChannelSchemas.noInput,
                output: ChannelSchemas.list(
                    ChannelSchemas.object(
                        Self.key + words + [
                            ("purpose", ["type": "string"]),
                            ("placeholders", ["type": "array", "items": ["type": "string"]]),
                            ("isDefault", ChannelSchemas.flag),
                        ]
                    ),
                    most: 1_000
                ),
                roles: [.admin, .manager],
                body: .read { _, invocation, reader in
                    ["items": .array(try templates.list(scope: invocation.scope, in: reader))]
                }
            ),
            try Tool(
                name: "channels.set-template",
                purpose: "Puts your organisation's words in place of a message's own.",
                input: ChannelSchemas.object(Self.key + words),
                output: ChannelSchemas.nothing,
                roles: Self.admins,
                body: .write { input, invocation in
                    let words = MessageKind.Words(
                        subject: try input.member("subject").string(),
                        body: try input.member("body").string(length: 0...20_000)
                    )
                    let kind = try input.member("kind").string()
                    let language = try input.member("language").string()
                    return { transaction in
                        try templates.set(
                            words,
                            kind: kind,
                            language: language,
                            scope: invocation.scope,
                            in: transaction
                        )
                        try audit.append(
                            "message-template.changed",
                            subject: "message-template:\(kind)/\(language)",
                            scope: invocation.scope,
                            in: transaction
                        )
                        return .null
                    }
                }
            ),
            try Tool(
                name: "channels.reset-template",
                purpose: "Gives a message its own words back.",
                input: ChannelSchemas.object(Self.key),
                output: ChannelSchemas.nothing,
                roles: Self.admins,
                body: .write { input, invocation in
                    let kind = try input.member("kind").string()
                    let language = try input.member("language").string()
                    return { transaction in
                        try templates.reset(
                            kind: kind,
                            language: language,
                            scope: invocation.scope,
                            in: transaction
                        )
                        try audit.append(
                            "message-template.reset",
                            subject: "message-template:\(kind)/\(language)",
                            scope: invocation.scope,
                            in: transaction
                        )
                        return .null
                    }
                }
            ),
        ]
    }
}
