public import Core
import Synchronization

extension OutsideClient {
    /// The most pages of a list that are read.
    private static let pages = 100
    /// The most entries of a list that are kept.
    private static let entries = 2_000
    /// The member of `_meta` that holds a call's key; Weft's own server reads it.
    private static let keyName = "weft/idempotency-key"
    /// How often a server may ask for something before it answers.
    private static let rounds = 10

    /// The server's tools.
    ///
    /// - Throws: ``OutsideFault``.
    public func tools() async throws(OutsideFault) -> OutsideToolList {
        forgetChanges()
        var list = OutsideToolList(tools: [], rejected: [])
        let all = try await self.list(MethodName.listTools, "tools")
        let checksHeaders = transport.hasHeaders && server?.revision.isStateless ?? false
        var names: Set<String> = []
        for entry in all {
            let name = OutsideText.line(entry["name"]?.string ?? "?", 128)
            do throws(HeaderParameter.Invalid) {
                let tool = try OutsideTool(entry, checksHeaders: checksHeaders)
                guard names.insert(tool.name).inserted else {
                    throw HeaderParameter.Invalid(reason: "another tool has this name")
                }
                list.tools.append(tool)
            } catch {
                list.rejected.append((name: name, reason: error.reason))
                log("the tool \"\(name)\" is left out: \(error.reason)")
            }
        }
        let byName = Dictionary(list.tools.map { ($0.name, $0) }) { first, _ in first }
        state.withLock { $0.tools = byName }
        return list
    }

    /// The server's resources, as it describes them.
    ///
    /// - Throws: ``OutsideFault``.
    public func resources() async throws(OutsideFault) -> [JSON] {
        try await list(MethodName.listResources, "resources")
    }

    /// The server's prompts, as it describes them.
    ///
    /// - Throws: ``OutsideFault``.
    public func prompts() async throws(OutsideFault) -> [JSON] {
        try await list(MethodName.listPrompts, "prompts")
    }

    /// What a resource holds.
    ///
    /// - Throws: ``OutsideFault``.
    public func read(_ uri: String) async throws(OutsideFault) -> JSON {
        try await interact(MethodName.readResource, ["uri": .string(uri)])
    }

    /// A prompt, filled in.
    ///
    /// - Throws: ``OutsideFault``.
    public func prompt(
        _ name: String,
        _ arguments: JSONObject
    ) async throws(OutsideFault) -> JSON {
        var params: JSONObject = ["name": .string(name)]
        if !arguments.isEmpty { params["arguments"] = .object(arguments) }
        return try await interact(MethodName.getPrompt, params)
    }

    /// Calls a tool, and answers the result as it came.
    ///
    /// Over streamable HTTP of 2026-07-28 the list of tools must be known, because arguments may have to be
    /// sent as header fields, too; it is read when it is not.
    ///
    /// - Parameters:
    ///   - name: the tool's name at the server.
    ///   - arguments: what it takes.
    ///   - tool: the tool when it is known already.
    ///   - key: the same for a call that is made again; servers may know what it is for.
    ///   - trace: the caller's place in a trace.
    ///   - timeout: how long it may take; nil for the usual.
    /// - Returns: the result, an object.
    /// - Throws: ``OutsideFault``; a tool that says it failed is no fault here.
    public func call(
        _ name: String,
        _ arguments: JSONObject,
        tool: OutsideTool? = nil,
        key: String? = nil,
        trace: TraceContext? = nil,
        timeout: Duration? = nil
    ) async throws(OutsideFault) -> JSON {
        try await connect()
        let mirrors = transport.hasHeaders && server?.revision.isStateless ?? false
        if mirrors, tool == nil, state.withLock({ $0.tools.isEmpty }) { _ = try await tools() }
        var params: JSONObject = ["name": .string(name), "arguments": .object(arguments)]
        if let key { params["_meta"] = [Self.keyName: .string(key)] }
        let known = tool ?? state.withLock { $0.tools[name] }
        do throws(OutsideFault) {
            return try await interact(
                MethodName.callTool,
                params,
                headers: mirrors ? try Self.headers(known, arguments) : [],
                trace: trace,
                timeout: timeout
            )
        } catch  where error.error?.code == RPCError.Code.headerMismatch && mirrors {
            // The tool may have changed since its list was read.
            _ = try await tools()
            return try await interact(
                MethodName.callTool,
                params,
                headers: try Self.headers(state.withLock { $0.tools[name] }, arguments),
                trace: trace,
                timeout: timeout
            )
        }
    }

    private static func headers(
        _ tool: OutsideTool?,
        _ arguments: JSONObject
    ) throws(OutsideFault) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for parameter in tool?.headers ?? [] {
            if let value = try parameter.value(in: arguments) {
                headers.append((name: HeaderName.argumentPrefix + parameter.name, value: value))
            }
        }
        return headers
    }

    /// Reads a list page by page.
    private func list(
        _ method: String,
        _ member: String
    ) async throws(OutsideFault) -> [JSON] {
        var all: [JSON] = []
        var cursors: Set<String> = []
        var params = JSONObject()
        for _ in 0..<Self.pages {
            let result = try await send(method, params)
            if let type = result["resultType"], type != "complete" {
                throw OutsideFault(.malformed, "the server's list is of no known sort")
            }
            guard let page = result[member]?.array else {
                throw OutsideFault(.malformed, "the server's answer to \(method) has no list")
            }
            all += page
            guard all.count <= Self.entries else {
                throw OutsideFault(
                    .tooLarge,
                    "the server lists more than \(Self.entries) \(member)"
                )
            }
            guard let next = result["nextCursor"]?.string else { return all }
            guard cursors.insert(next).inserted else {
                throw OutsideFault(.malformed, "the server's list never ends")
            }
            params["cursor"] = .string(next)
        }
        throw OutsideFault(.tooLarge, "the server's list has more than \(Self.pages) pages")
    }

    /// Sends a request, and again with what the server asks for (multi round-trip requests).
    private func interact(
        _ method: String,
        _ params: JSONObject,
        headers: [(name: String, value: String)] = [],
        trace: TraceContext? = nil,
        timeout: Duration? = nil
    ) async throws(OutsideFault) -> JSON {
        var round = params
        for _ in 0..<Self.rounds {
            let result = try await send(
                method,
                round,
                headers: headers,
                trace: trace,
                timeout: timeout
            )
            guard result.object != nil else {
                throw OutsideFault(.malformed, "the server's result is not an object")
            }
            switch result["resultType"] {
            case nil, "complete": return result
            case "input_required":
                let requests = result["inputRequests"]?.object
                guard requests != nil || result["requestState"]?.string != nil else {
                    throw OutsideFault(
                        .malformed,
                        "the server asks for nothing, and answers nothing"
                    )
                }
                // Only what this round asked for goes into the next.
                round = params
                if let requests { round["inputResponses"] = .object(try responses(to: requests)) }
                if let state = result["requestState"] { round["requestState"] = state }
            case .some(let other):
                throw OutsideFault(
                    .malformed,
                    "the server's result is of the unknown sort \(OutsideText.line(other.text(), 40))"
                )
            }
        }
        throw OutsideFault(.inputNeeded, "the server asks for more and more")
    }
}
