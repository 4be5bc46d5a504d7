import Agents
import Core
import Identity
import Intents
import Store
public import Vault

extension IntentTools {
    private static let widget: [(String, JSON)] = [
        ("id", Shape.id), ("name", Shape.text),
        ("kind", Shape.choice(IntentWidget.Kind.allCases.map(\.rawValue))),
        ("intentId", Shape.nullable(Shape.id)), ("createdBy", Shape.text), ("at", Shape.time),
    ]

    /// What is kept of a token.
    ///
    /// - Throws: `VaultError`.
    public static func digest(of token: String) throws(VaultError) -> String {
        try Authentication.sha256(Array("weft-widget:\(token)".utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    func widgets() throws -> [Tool] { [try listWidgets(), try makeWidget(), try removeWidget()] }

    private func listWidgets() throws -> Tool {
        try Tool(
            name: "intents.list-widgets",
            purpose:
                "Lists the widgets that outsiders can see; their addresses are told once only.",
            input: Shape.record(nil, []),
            output: Shape.record(
                nil,
                [("items", Shape.list(of: Shape.record("Widget", Self.widget)))]
            ),
            roles: [.admin, .manager],
            body: .read { _, invocation, reader in
                let widgets = try IntentWidget.list(scope: invocation.scope, in: reader)
                return ["items": .array(widgets.map(\.json))]
            }
        )
    }

    private func makeWidget() throws -> Tool {
        try Tool(
            name: "intents.make-widget",
            purpose:
                "Makes an address under which anybody who knows it sees an uptime or a state as a "
                + "picture, of public intents only.",
            input: Shape.record(
                nil,
                [
                    ("name", ["type": "string", "minLength": 1, "maxLength": 60]),
                    ("kind", Shape.choice(IntentWidget.Kind.allCases.map(\.rawValue))),
                    ("intentId", Shape.id),
                ],
                optional: ["intentId"]
            ),
            output: Shape.record(
                "New widget",
                Self.widget + [
                    (
                        "path",
                        Shape.described(
                            Shape.text,
                            "The address on this server; it cannot be told again."
                        )
                    ), ("html", Shape.described(Shape.text, "What to put into a page.")),
                ]
            ),
            roles: [.admin, .manager],
            body: .write { [self] input, invocation in
                let name = try input.member("name").string(length: 1...60)
                let kind = try input.member("kind").choice(IntentWidget.Kind.self)
                let intent = try input.optional("intentId")?.id(Intent.self)
                // Two ids of the system's randomness: 124 unknown bits.
                let (one, two) = (invocation.ids.next(Self.self), invocation.ids.next(Self.self))
                let token =
                    String(one.low & 0x3FFF_FFFF_FFFF_FFFF, radix: 36) + "-"
                    + String(two.low & 0x3FFF_FFFF_FFFF_FFFF, radix: 36)
                let digest = try Self.digest(of: token)
                return { transaction in
                    let scope = invocation.scope
                    if let intent {
                        let found = try IntentStore(scope: scope).intent(intent, in: transaction)
                        guard found.sensitivity == .public else {
                            throw GeneralFault(
                                .conflict,
                                code: "intent-is-restricted",
                                "a restricted intent is shown to no outsider",
                                pointer: "/intentId"
                            )
                        }
                    }
                    let widget = IntentWidget(
                        id: invocation.ids.next(),
                        organisation: scope.organisation,
                        name: name,
                        kind: kind,
                        intent: intent,
                        createdBy: scope.actor.name,
                        at: invocation.now
                    )
                    try widget.add(digest: digest, in: transaction)
                    try audit.append(
                        "intent-widget.made",
                        subject: "widget:\(widget.id)",
                        detail: ["name": .string(name), "kind": .string(kind.rawValue)],
                        scope: scope,
                        in: transaction
                    )
                    let base = kernel.configuration.text("server.url") ?? ""
                    var json = widget.json
                    json["path"] = .string("/widgets/\(token).svg")
                    json["html"] = .string(
                        "<img src=\"\(base)/widgets/\(token).svg\" alt=\"intent status\">"
                    )
                    return json
                }
            }
        )
    }

    private func removeWidget() throws -> Tool {
        try Tool(
            name: "intents.remove-widget",
            purpose: "Removes a widget: its address shows nothing any more.",
            input: Self.idInput,
            output: Shape.nothing,
            roles: [.admin, .manager],
            body: .write { [audit] input, invocation in
                let text = try input.member("id").string()
                return { transaction in
                    guard let id = ID<IntentWidget>(text),
                        try IntentWidget.remove(id, scope: invocation.scope, in: transaction)
                    else {
                        throw GeneralFault(
                            .notFound,
                            code: "widget-not-found",
                            "there is no widget \"\(text.prefix(60))\""
                        )
                    }
                    try audit.append(
                        "intent-widget.removed",
                        subject: "widget:\(id)",
                        detail: [:],
                        scope: invocation.scope,
                        in: transaction
                    )
                    return .null
                }
            }
        )
    }
}
