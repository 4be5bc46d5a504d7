import Agents
import Core
import HTTP

/// How a request to a route becomes its tool's input; made once for each route.
struct ToolRouteInput: Sendable {
    private let route: ToolRoute
    /// The types of what may come in the query, by name.
    private let query: [String: String]

    init(_ route: ToolRoute, tool: Tool) {
        self.route = route
        var query: [String: String] = [:]
        let path = Set(route.pathNames)
        for member in tool.input.json["properties"]?.object ?? [:]
        where !path.contains(member.key)
            && (route.takesQuery || route.query.contains(member.key))
        {
            query[member.key] = Self.type(member.value)
        }
        self.query = query
    }

    private static func type(_ schema: JSON) -> String {
        schema["type"]?.string
            ?? schema["type"]?.array?.compactMap(\.string).first { $0 != "null" } ?? "string"
    }

    /// The input: the query's members for a GET, else the body's; the path's win over both.
    ///
    /// - Throws: a fault that names the parameter, or what is wrong with the body.
    func json(of request: Request) throws -> JSON {
        if !request.query.list.isEmpty { try checkQuery(request) }
        if let input = route.input { return try input(request) }
        var object = JSONObject()
        if !route.takesQuery, !request.body.isEmpty {
            let body = try request.json()
            guard case .object(let members) = body else {
                throw GeneralFault(
                    .invalid,
                    code: "wrong-type",
                    "expected an object, found \(body.kind)",
                    pointer: ""
                )
            }
            for name in query.keys where members[name] != nil {
                throw GeneralFault(
                    .invalid,
                    code: "unknown-field",
                    "\"\(name)\" belongs into the query",
                    pointer: "/" + JSON.pointerToken(name)
                )
            }
            object = members
        }
        for item in request.query.list {
            object[item.name] = Self.typed(item.value, query[item.name])
        }
        for parameter in request.parameters {
            object[parameter.name] = .string(parameter.value)
        }
        return .object(object)
    }

    private func checkQuery(_ request: Request) throws {
        var seen: Set<String> = []
        for item in request.query.list {
            guard query[item.name] != nil else {
                let near = nearest(to: item.name, among: query.keys.sorted())
                let known = query.keys.sorted().joined(separator: ", ")
                throw Self.fault(
                    item.name,
                    code: "unknown-parameter",
                    "\"\(item.name.prefix(60))\" is no parameter of \(route.method.rawValue) "
                        + route.path
                        + (near.map { "; did you mean \"\($0)\"?" }
                            ?? (known.isEmpty ? ", which takes none" : "; known are \(known)"))
                )
            }
            guard seen.insert(item.name).inserted else {
                throw Self.fault(
                    item.name,
                    code: "repeated-parameter",
                    "\"\(item.name)\" is there twice"
                )
            }
        }
    }

    private static func fault(_ name: String, code: String, _ message: String) -> GeneralFault {
        GeneralFault(
            .malformed,
            code: code,
            message,
            pointer: "/" + JSON.pointerToken(name),
            details: JSONObject([("parameter", .string(name))])
        )
    }

    private static func typed(_ text: String, _ type: String?) -> JSON {
        switch type {
        case "integer": Int64(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case "number": Double(text).map { .double($0) } ?? .string(text)
        case "boolean": text == "true" ? true : text == "false" ? false : .string(text)
        default: .string(text)
        }
    }
}
