public import Core

/// The one translation of faults into answers (RFC 9457).
public enum ProblemDetails {
    /// The answer that tells `error`; an error that is no `Fault` is told as 500 without a word of it.
    public static func response(for error: any Error) -> Response {
        switch error {
        case let fault as HTTPFault:
            return response(status: fault.status, fault: fault, headers: fault.headers)
        case let fault as any Fault:
            return response(fault)
        case is CancellationError:
            return response(
                GeneralFault(.unavailable, code: "cancelled", "the request was given up")
            )
        default:
            return response(GeneralFault(.internal, code: "internal", ""))
        }
    }

    /// Whether `error` is a mistake of ours that belongs in the log.
    static func isInternal(_ error: any Error) -> Bool {
        switch error {
        case let fault as any Fault: fault.kind == .internal
        case is CancellationError: false
        default: true
        }
    }

    /// The status of a sort of failure.
    public static func status(of kind: FaultKind) -> Status {
        switch kind {
        case .malformed: .badRequest
        case .invalid: .unprocessableContent
        case .unauthenticated: .unauthorised
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .outdated: .preconditionFailed
        case .tooLarge: .contentTooLarge
        case .rateLimited: .tooManyRequests
        case .unavailable: .serviceUnavailable
        case .timeout: .gatewayTimeout
        case .internal: .internalServerError
        }
    }

    private static func response(_ fault: any Fault) -> Response {
        var headers = Headers()
        switch fault.kind {
        case .unauthenticated:
            headers.add("WWW-Authenticate", "Bearer")
        case .unavailable:
            headers.add("Retry-After", retryAfter(fault) ?? "1")
        case .rateLimited:
            if let seconds = retryAfter(fault) { headers.add("Retry-After", seconds) }
        default: break
        }
        return response(status: status(of: fault.kind), fault: fault, headers: headers)
    }

    /// Whole seconds from the fault's detail `retryAfterSeconds`.
    private static func retryAfter(_ fault: any Fault) -> String? {
        fault.details["retryAfterSeconds"]?.double.map { String(Int(max(0, $0).rounded(.up))) }
    }

    private static func response(status: Status, fault: any Fault, headers: Headers) -> Response {
        var headers = headers
        headers.add("Content-Type", "application/problem+json")
        let body = body(of: fault, status: status)
        var response = Response(
            status: status,
            headers: headers,
            body: .bytes(JSON.object(body).bytes())
        )
        response.problemCode = body["code"]?.string
        return response
    }

    /// The problem that a fault is told as, for an answer that tells of several.
    public static func json(of fault: any Fault) -> JSON {
        let status = (fault as? HTTPFault)?.status ?? status(of: fault.kind)
        return .object(body(of: fault, status: status))
    }

    private static func body(of fault: any Fault, status: Status) -> JSONObject {
        let hidden = fault.kind == .internal
        let code = hidden && !(fault is HTTPFault) ? "internal" : fault.code
        let detail =
            hidden && !(fault is HTTPFault) ? "something went wrong on our side" : fault.message
        var body = JSONObject([
            ("type", .string("https://weft.dev/problems/\(code)")),
            ("title", .string(status.reason)),
            ("status", .int(status.rawValue)),
            ("detail", .string(detail)),
            ("code", .string(code)),
        ])
        if let pointer = fault.pointer, !hidden { body["pointer"] = .string(pointer) }
        if !hidden {
            for member in fault.details where body[member.key] == nil {
                body[member.key] = member.value
            }
        }
        return body
    }
}
