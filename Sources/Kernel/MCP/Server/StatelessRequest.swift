import Core

/// What a request of 2026-07-28 says of itself in `_meta`.
struct StatelessRequest: Sendable {
    let client: ClientProfile
    let threshold: LogSeverity?
    let progressToken: RPCID?
    let meta: RequestMeta

    /// Whether a request is meant for a revision without sessions.
    static func isMeant(_ params: JSONObject?) -> Bool {
        params?["_meta"]?[MetaKey.protocolVersion] != nil
    }

    /// Reads `_meta`; the revision must be one that is served without sessions.
    ///
    /// - Throws: `RPCError` of code -32602 when something is missing, -32022 for another revision.
    init(_ request: RPCRequest) throws(RPCError) {
        let meta = try Self.required(request)
        guard let version = meta[MetaKey.protocolVersion]?.string else {
            throw Self.missing(MetaKey.protocolVersion)
        }
        guard let revision = ProtocolRevision(rawValue: version), revision.isStateless else {
            throw .unsupportedVersion(version, supported: ProtocolRevision.names)
        }
        guard let capabilities = meta[MetaKey.clientCapabilities], capabilities.object != nil
        else { throw Self.missing(MetaKey.clientCapabilities) }
        if let info = meta[MetaKey.clientInfo], info.object == nil {
            throw .invalidParams(
                "\"\(MetaKey.clientInfo)\" must be an object",
                pointer: Self.pointer(MetaKey.clientInfo)
            )
        }
        client = ClientProfile(
            revision,
            info: meta[MetaKey.clientInfo],
            capabilities: capabilities
        )
        self.meta = RequestMeta(.object(meta))
        progressToken = try self.meta.progressToken()
        threshold = try Self.threshold(meta)
    }

    /// The object `_meta`.
    static func required(_ request: RPCRequest) throws(RPCError) -> JSONObject {
        guard let meta = request.params?["_meta"]?.object else {
            throw .invalidParams(
                "every request needs \"_meta\" with \"\(MetaKey.protocolVersion)\" and "
                    + "\"\(MetaKey.clientCapabilities)\"",
                pointer: "/params/_meta"
            )
        }
        return meta
    }

    static func missing(_ key: String) -> RPCError {
        .invalidParams("\"\(key)\" is required", pointer: pointer(key))
    }

    private static func pointer(_ key: String) -> String {
        "/params/_meta/" + JSON.pointerToken(key)
    }

    private static func threshold(_ meta: JSONObject) throws(RPCError) -> LogSeverity? {
        guard let level = meta[MetaKey.logLevel] else { return nil }
        guard let severity = level.string.flatMap(LogSeverity.init(rawValue:)) else {
            throw .invalidParams(
                "\"\(MetaKey.logLevel)\" must be one of "
                    + LogSeverity.allCases.map(\.rawValue).joined(separator: ", "),
                pointer: pointer(MetaKey.logLevel)
            )
        }
        return severity
    }
}

extension MCPServer {
    /// The circumstances of a request that stands for itself.
    func exchange(
        _ request: RPCRequest,
        _ stateless: StatelessRequest,
        _ scope: Scope,
        key: String?,
        outlet: (any Outlet)?
    ) throws -> Exchange {
        let scope = stateless.meta.traced(scope)
        return Exchange(
            scope: scope,
            client: stateless.client,
            idempotencyKey: try stateless.meta.idempotencyKey(header: key),
            progressToken: stateless.progressToken,
            threshold: stateless.threshold,
            outlet: outlet,
            book: try book(request, scope)
        )
    }

    /// What the client has answered, for the methods whose results may ask for it.
    private func book(_ request: RPCRequest, _ scope: Scope) throws -> AnswerBook? {
        switch request.method {
        case MethodName.callTool, MethodName.getPrompt, MethodName.readResource: break
        default: return nil
        }
        let parameters = Parameters(request.params)
        var fresh: [String: JSON] = [:]
        if let responses = try parameters.object("inputResponses") {
            guard responses.count <= 64 else {
                throw RPCError.invalidParams(
                    "there may be 64 answers at most",
                    pointer: "/params/inputResponses"
                )
            }
            for member in responses { fresh[member.key] = member.value }
        }
        var earlier: [String: JSON] = [:]
        if let text = try parameters.optional("requestState", longest: RequestState.longest) {
            earlier = try handler.state.open(text, for: request, of: scope)
        }
        return AnswerBook(earlier: earlier, fresh: fresh)
    }

    /// What `subscriptions/listen` asks for, as far as the caller may have it.
    func filter(_ request: RPCRequest, _ exchange: Exchange) async throws -> ChangeFilter {
        guard let wanted = try Parameters(request.params).object("notifications") else {
            throw RPCError.invalidParams(
                "\"notifications\" is required",
                pointer: "/params/notifications"
            )
        }
        var filter = ChangeFilter()
        for (key, path, list) in [
            ("toolsListChanged", \ChangeFilter.tools, .tools),
            ("resourcesListChanged", \ChangeFilter.resources, .resources),
            ("promptsListChanged", \ChangeFilter.prompts, .prompts),
        ] as [(String, WritableKeyPath<ChangeFilter, Bool>, ListChanges)] {
            guard let value = wanted[key] else { continue }
            guard let flag = value.bool else {
                throw RPCError.invalidParams(
                    "\"\(key)\" must be true or false",
                    pointer: "/params/notifications/\(key)"
                )
            }
            // What never changes is left out of what is acknowledged.
            filter[keyPath: path] = flag && features.changing.contains(list)
        }
        if let list = wanted["resourceSubscriptions"] {
            let pointer = "/params/notifications/resourceSubscriptions"
            guard let elements = list.array, elements.count <= limits.watched,
                elements.allSatisfy({ $0.string != nil })
            else {
                throw RPCError.invalidParams(
                    "\"resourceSubscriptions\" must be an array of at most \(limits.watched) strings",
                    pointer: pointer
                )
            }
            // What cannot be read is left out of what is acknowledged.
            for case .string(let uri) in elements where uri.utf8.count <= 4_096 {
                if (try? await handler.read(uri, exchange)) != nil { filter.uris.append(uri) }
            }
        }
        return filter
    }
}
