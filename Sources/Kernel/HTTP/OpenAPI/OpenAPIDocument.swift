public import Core

/// The OpenAPI 3.1 description of a router's routes.
///
/// Schemas with a `title` stand once under `components`, named for it; two different schemas of one
/// title are a programmer's error and stop the program at the start.
public struct OpenAPIDocument: Sendable {
    /// The document.
    public private(set) var json: JSON
    /// Routes that nobody described, as `GET /path`.
    public private(set) var undescribed: [String] = []

    /// Describes `routes`.
    ///
    /// - Parameters:
    ///   - routes: what the router has.
    ///   - title: the API's name.
    ///   - version: the API's version.
    ///   - description: what it is, in CommonMark.
    ///   - tags: the headings in their order, each with what stands under it.
    /// - Throws: a fault of code `invalid-documentation`.
    public init(
        _ routes: [DocumentedRoute],
        title: String,
        version: String,
        description: String,
        tags: [(name: String, meaning: String)]
    ) throws(GeneralFault) {
        var components = OpenAPIComponents()
        var paths = JSONObject()
        var aliases: [String: [JSON]] = [:]
        var ids: Set<String> = []
        var used: Set<String> = []
        for route in routes {
            guard let documentation = route.documentation else {
                undescribed.append("\(route.method.rawValue) \(route.pattern)")
                continue
            }
            if case .alias(let main) = documentation.visibility {
                let key = "\(route.method.rawValue) \(main)"
                aliases[key, default: []].append(.string(Self.path(route.pattern)))
            }
        }
        for route in routes {
            guard let documentation = route.documentation, case .shown = documentation.visibility
            else { continue }
            guard ids.insert(documentation.id).inserted else {
                throw Self.fault("two operations are called \"\(documentation.id)\"")
            }
            used.insert(documentation.tag)
            var operation = try Self.operation(route, documentation, &components)
            if let others = aliases["\(route.method.rawValue) \(route.pattern)"] {
                operation["x-aliases"] = .array(others)
            }
            let path = Self.path(route.pattern)
            var item = paths[path] ?? [:]
            item[route.method.rawValue.lowercased()] = operation
            paths[path] = item
        }
        let others = used.subtracting(tags.map(\.name)).sorted()
        json = [
            "openapi": "3.1.0",
            "info": [
                "title": .string(title), "version": .string(version),
                "description": .string(description),
                "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "tags": .array(
                tags.filter { used.contains($0.name) }.map {
                    ["name": .string($0.name), "description": .string($0.meaning)]
                } + others.map { ["name": .string($0)] }
            ),
            "security": [["bearer": []]],
            "paths": .object(paths),
        ]
        try components.addProblem()
        json["components"] = components.json
    }

    static func fault(_ message: String) -> GeneralFault {
        GeneralFault(.internal, code: "invalid-documentation", message)
    }

    /// `{path...}` matches several segments, which OpenAPI cannot say.
    private static func path(_ pattern: String) -> String {
        pattern.split(separator: "/", omittingEmptySubsequences: false).map { piece in
            piece.hasSuffix("...}") ? piece.dropLast(4) + "}" : piece
        }.joined(separator: "/")
    }

    // MARK: Operations

    private static func operation(
        _ route: DocumentedRoute,
        _ documentation: RouteDocumentation,
        _ components: inout OpenAPIComponents
    ) throws(GeneralFault) -> JSON {
        var operation: JSON = [
            "operationId": .string(documentation.id), "tags": [.string(documentation.tag)],
            "summary": .string(documentation.summary),
        ]
        if let details = documentation.details { operation["description"] = .string(details) }
        if documentation.isPublic { operation["security"] = [] }
        let parameters = try Self.parameters(route, documentation, &components)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = documentation.body {
            operation["requestBody"] = [
                "required": .bool(body.isRequired),
                "content": try content(body.content, &components),
            ]
        }
        operation["responses"] = try responses(route, documentation, &components)
        return operation
    }

    private static func parameters(
        _ route: DocumentedRoute,
        _ documentation: RouteDocumentation,
        _ components: inout OpenAPIComponents
    ) throws(GeneralFault) -> [JSON] {
        var parameters = documentation.parameters
        for piece in PatternPiece.parse(route.pattern) {
            let name: String
            switch piece {
            case .literal: continue
            case .parameter(let text), .rest(let text): name = text
            }
            if !parameters.contains(where: { $0.place == .path && $0.name == name }) {
                parameters.insert(.init(name, in: .path, schema: ["type": "string"]), at: 0)
            }
        }
        var list: [JSON] = []
        for parameter in parameters {
            var schema = try components.placed(parameter.schema)
            var json: JSON = [
                "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
                "required": .bool(parameter.isRequired),
            ]
            if let text = schema["description"] {
                json["description"] = text
                schema["description"] = nil
            }
            json["schema"] = schema
            list.append(json)
        }
        return list
    }

    private static func content(
        _ content: [(type: String, schema: JSON)],
        _ components: inout OpenAPIComponents
    ) throws(GeneralFault) -> JSON {
        var object = JSONObject()
        for (type, schema) in content {
            object[type] = ["schema": try components.placed(schema)]
        }
        return .object(object)
    }

    private static func responses(
        _ route: DocumentedRoute,
        _ documentation: RouteDocumentation,
        _ components: inout OpenAPIComponents
    ) throws(GeneralFault) -> JSON {
        var answers: [(Int, JSON)] = []
        for answer in documentation.answers {
            var json: JSON = ["description": .string(answer.meaning)]
            var headers = JSONObject()
            for name in answer.headers + OpenAPIComponents.usualHeaders {
                headers[name] = ["$ref": .string("#/components/headers/\(name)")]
                components.needsHeader(name)
            }
            json["headers"] = .object(headers)
            if !answer.content.isEmpty {
                json["content"] = try content(answer.content, &components)
            }
            answers.append((answer.status.rawValue, json))
        }
        var problems: Set<Int> = [400, 403, 413, 414, 429, 431, 503]
        problems.formUnion(documentation.problems.map(\.rawValue))
        if !documentation.isPublic { problems.insert(401) }
        if documentation.body != nil { problems.formUnion([408, 415]) }
        for status in problems where !answers.contains(where: { $0.0 == status }) {
            answers.append((status, ["$ref": .string(try components.problem(status))]))
        }
        answers.sort { $0.0 < $1.0 }
        return .object(JSONObject(answers.map { (String($0.0), $0.1) }))
    }
}
