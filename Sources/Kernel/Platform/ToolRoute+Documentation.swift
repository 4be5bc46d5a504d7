import Agents
import Core
import HTTP

extension ToolRoute {
    /// What the OpenAPI page says of the route: all of it is the tool's own.
    ///
    /// - Parameters:
    ///   - tool: the route's tool.
    ///   - id: the operation's id.
    ///   - main: the path of which this one is an alias; nil when it is none.
    /// - Returns: the description.
    func documentation(of tool: Tool, id: String, aliasOf main: String?) -> RouteDocumentation {
        let changes = !takesQuery || method == .delete
        var problems = problems + [.unprocessableContent]
        if !pathNames.isEmpty || changes { problems.append(.notFound) }
        if changes { problems.append(.conflict) }
        if isVersioned, changes { problems.append(.preconditionFailed) }
        return RouteDocumentation(
            id,
            tag: tag ?? Self.tag(of: path),
            tool.purpose,
            details: details(of: tool),
            parameters: parameters(of: tool, changes: changes),
            body: documentedBody(of: tool),
            answers: answers(of: tool),
            problems: problems,
            visibility: main.map { .alias(of: $0) } ?? .shown
        )
    }

    private static func tag(of path: String) -> String {
        let words = path.split(separator: "/").filter { $0 != "api" && !$0.hasPrefix("{") }
        return words.first.map(String.init) ?? "api"
    }

    private func details(of tool: Tool) -> String? {
        let roles = tool.roles.map(\.rawValue).sorted().joined(separator: ", ")
        return "Roles: \(roles.isEmpty ? "none" : roles). Tool: `\(tool.name)`."
    }

    private func parameters(of tool: Tool, changes: Bool) -> [RouteDocumentation.Parameter] {
        let properties = tool.input.json["properties"]?.object ?? [:]
        let required = Set(tool.input.json["required"]?.array?.compactMap(\.string) ?? [])
        let path = pathNames
        var list = path.map { name in
            RouteDocumentation.Parameter(
                name,
                in: .path,
                schema: properties[name] ?? ["type": "string"]
            )
        }
        for member in properties
        where !path.contains(member.key) && (takesQuery || query.contains(member.key)) {
            list.append(
                .init(
                    member.key,
                    in: .query,
                    isRequired: required.contains(member.key),
                    schema: member.value
                )
            )
        }
        if tool.effect == .write {
            list.append(
                .init(
                    "Idempotency-Key",
                    in: .header,
                    schema: [
                        "type": "string", "minLength": 1, "maxLength": 200,
                        "description": .string(
                            "Any text of your own: the same request with the same key within a day "
                                + "is done once, and answered alike."
                        ),
                    ]
                )
            )
        }
        if isVersioned, changes { list.append(.ifMatch) }
        if isResource { list.append(.ifNoneMatch) }
        return list
    }

    private func documentedBody(of tool: Tool) -> RouteDocumentation.Body? {
        if let body { return body }
        guard !takesQuery else { return nil }
        var schema = tool.input.json
        let elsewhere = Set(pathNames).union(query)
        let left = (schema["properties"]?.object ?? [:]).filter { !elsewhere.contains($0.key) }
        guard !left.isEmpty || schema["anyOf"] != nil else { return nil }
        if !left.isEmpty {
            schema["properties"] = .object(JSONObject(left.map { ($0.key, $0.value) }))
        }
        let required = (schema["required"]?.array ?? []).filter {
            !elsewhere.contains($0.string ?? "")
        }
        schema["required"] = required.isEmpty ? nil : .array(required)
        return .json(schema, isRequired: !required.isEmpty || schema["anyOf"] != nil)
    }

    private func answers(of tool: Tool) -> [RouteDocumentation.Answer] {
        let output = tool.output.json
        if output["type"] == "null" { return [.nothing] }
        if let file {
            return [
                .init(
                    status,
                    "The file.",
                    content: [(file, ["type": "string", "format": "binary"] as JSON)],
                    headers: ["Content-Disposition"]
                )
            ]
        }
        var headers = isResource || isVersioned ? ["ETag"] : []
        if location != nil { headers.append("Location") }
        var answers: [RouteDocumentation.Answer] = [
            .json(status, output, status == .created ? "Made." : "Done.", headers: headers)
        ]
        if output == true { answers.append(.nothing) }
        if isResource {
            answers.append(.init(.notModified, "You have it already.", headers: headers))
        }
        return answers
    }
}
