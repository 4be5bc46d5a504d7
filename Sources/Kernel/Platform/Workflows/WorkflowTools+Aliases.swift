import Agents
import Core
import Identity
import Store
import Workflows

extension WorkflowTools {
    private static let weights = Shape.list(
        of: Shape.record(
            nil,
            [
                ("version", ["type": "integer", "minimum": 1]),
                ("weight", ["type": "integer", "minimum": 1, "maximum": 100]),
            ]
        )
    )
    private static let alias = Shape.record(
        "Workflow alias",
        [
            ("alias", Shape.text), ("routes", weights), ("updatedAt", Shape.time),
            ("updatedBy", Shape.actor),
        ]
    )

    func aliases() throws -> [Tool] {
        [
            try Tool(
                name: "workflows.list-aliases",
                purpose: "Lists the aliases of a deployed workflow.",
                input: Shape.record(nil, [("name", Self.text(100))]),
                output: Shape.page(of: Self.alias),
                roles: PlatformTools.members,
                body: .read { input, invocation, reader in
                    let found = try WorkflowVersions().aliases(
                        of: try input.member("name").string(),
                        scope: invocation.scope,
                        in: reader
                    )
                    return ["items": .array(found), "nextCursor": .null]
                }
            ),
            try Tool(
                name: "workflows.set-alias",
                purpose: "Points an alias to one version, or to several by weights that make 100.",
                input: Shape.record(
                    nil,
                    [
                        ("name", Self.text(100)), ("alias", Self.text(60)),
                        (
                            "routes",
                            [
                                "type": "array", "minItems": 1, "maxItems": 10,
                                "items": Self.weights["items"] ?? true,
                            ]
                        ),
                    ]
                ),
                output: Self.alias,
                roles: Self.authors,
                body: .write { [kernel] input, invocation in
                    let name = try input.member("name").string()
                    let alias = try input.member("alias")
                    guard Int(try alias.string().drop { $0 == "v" }) == nil else {
                        throw alias.fault("an alias must not look like a version")
                    }
                    let word = try alias.string()
                    let routes = try input.member("routes").array().map { route in
                        WorkflowVersions.Route(
                            version: try route.member("version").int(),
                            weight: try route.member("weight").int()
                        )
                    }
                    return { transaction in
                        let versions = WorkflowVersions()
                        let scope = invocation.scope
                        try versions.point(
                            word,
                            of: name,
                            to: routes,
                            at: invocation.now,
                            scope: scope,
                            in: transaction
                        )
                        let all = try versions.aliases(of: name, scope: scope, in: transaction)
                        let found = all.first { $0["alias"]?.string == word } ?? .null
                        try kernel.emit(
                            "workflow.alias-set",
                            about: "workflow:\(name)",
                            [
                                "workflow": .string(name), "alias": .string(word),
                                "routes": found["routes"] ?? [],
                            ],
                            by: invocation,
                            in: transaction
                        )
                        return found
                    }
                }
            ),
            try Tool(
                name: "workflows.delete-alias",
                purpose: "Removes an alias.",
                input: Shape.record(nil, [("name", Self.text(100)), ("alias", Self.text(60))]),
                output: Shape.nothing,
                roles: Self.authors,
                body: .write { input, invocation in
                    let name = try input.member("name").string()
                    let alias = try input.member("alias").string()
                    return { transaction in
                        let isRemoved = try WorkflowVersions().removeAlias(
                            alias,
                            of: name,
                            scope: invocation.scope,
                            in: transaction
                        )
                        guard isRemoved else { throw PlatformTools.missing("alias", alias) }
                        return .null
                    }
                }
            ),
        ]
    }
}
