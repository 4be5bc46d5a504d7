import Core
import Observability

/// Answers requests: the part of the server that knows methods, and no transport.
struct RequestHandler: Sendable {
    let features: any ServerFeatures
    let limits: ServerLimits
    let state: RequestState
    let logger: Logger
    private let info: JSONText

    init(
        features: any ServerFeatures,
        limits: ServerLimits,
        state: RequestState,
        logger: Logger
    ) {
        self.features = features
        self.limits = limits
        self.state = state
        self.logger = logger
        info = JSONText(features.info.json)
    }

    func writer(_ exchange: Exchange, capacity: Int = 512) -> ResultWriter {
        ResultWriter(exchange.client.revision, info: info, capacity: capacity)
    }

    /// What the server can do, as it tells clients.
    var capabilities: JSON {
        func list(_ which: ListChanges, _ more: JSONObject = [:]) -> JSON {
            var object = more
            if features.changing.contains(which) { object["listChanged"] = true }
            return .object(object)
        }
        return [
            "tools": list(.tools),
            "resources": list(.resources, ["subscribe": true]),
            "prompts": list(.prompts),
            "logging": [:],
            "completions": [:],
        ]
    }

    /// Answers a request.
    ///
    /// - Throws: `CancellationError` when it is no longer wanted.
    func answer(_ request: RPCRequest, _ exchange: Exchange) async throws -> RPCAnswer {
        do {
            return .result(try await result(request, exchange))
        } catch let error as RPCError {
            return .failure(error)
        } catch let required as InputRequired {
            return try inputRequired(required, request, exchange)
        } catch is CancellationError {
            throw CancellationError()
        } catch let fault as any Fault where fault.kind != .internal {
            return .failure(Self.error(for: fault))
        } catch {
            report(error, request, exchange)
            return .failure(.failed)
        }
    }

    func report(_ error: any Error, _ request: RPCRequest, _ exchange: Exchange) {
        logger.with(trace: exchange.scope.trace).error(
            "request failed",
            [
                "method": .string("mcp " + request.method),
                "name": .optional(request.params?["name"]?.string),
                "error": .string(String(describing: error)),
            ]
        )
    }

    /// A fault outside of a tool as an error of the protocol.
    static func error(for fault: any Fault) -> RPCError {
        var data = fault.details
        data["code"] = .string(fault.code)
        let code: Int
        switch fault.kind {
        case .unauthenticated: code = 401
        case .forbidden: code = 403
        case .rateLimited: code = 429
        case .unavailable: code = 503
        case .timeout: code = 504
        case .internal: code = RPCError.Code.internal
        default:
            return .invalidParams(fault.message, pointer: fault.pointer, data: data)
        }
        if let pointer = fault.pointer { data["pointer"] = .string(pointer) }
        return RPCError(code: code, message: fault.message, data: .object(data))
    }

    private func result(
        _ request: RPCRequest,
        _ exchange: Exchange
    ) async throws -> JSONText {
        let parameters = Parameters(request.params)
        switch request.method {
        case MethodName.callTool: return try await callTool(request, parameters, exchange)
        case MethodName.listTools: return try listTools(parameters, exchange)
        case MethodName.listResources: return try await listResources(parameters, exchange)
        case MethodName.listTemplates: return try listTemplates(parameters, exchange)
        case MethodName.readResource: return try await readResource(parameters, exchange)
        case MethodName.listPrompts: return try listPrompts(parameters, exchange)
        case MethodName.getPrompt: return try await getPrompt(parameters, exchange)
        case MethodName.complete: return try await complete(parameters, exchange)
        case MethodName.discover where exchange.client.revision.isStateless:
            return discover(exchange)
        case MethodName.ping where !exchange.client.revision.isStateless:
            return writer(exchange).finish()
        default: throw RPCError.methodNotFound(request.method)
        }
    }

    private func discover(_ exchange: Exchange) -> JSONText {
        var writer = writer(exchange)
        writer.value(
            "supportedVersions",
            .array(ProtocolRevision.names.map { .string($0) })
        )
        writer.value("capabilities", capabilities)
        if let instructions = features.info.instructions {
            writer.value("instructions", .string(instructions))
        }
        writer.cache(CacheHint(milliseconds: 3_600_000, isPublic: true))
        return writer.finish()
    }

    private func inputRequired(
        _ required: InputRequired,
        _ request: RPCRequest,
        _ exchange: Exchange
    ) throws -> RPCAnswer {
        var requests = JSONObject()
        for question in required.questions { requests[question.key] = question.json }
        var writer = writer(exchange)
        writer.value("inputRequests", .object(requests))
        writer.value(
            "requestState",
            .string(try state.seal(required.answered, for: request, of: exchange.scope))
        )
        return .result(writer.finish(type: "input_required"))
    }
}
