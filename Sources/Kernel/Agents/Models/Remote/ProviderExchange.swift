import Core

/// A request to a provider, and what of the network's failures is said of it.
struct ProviderExchange: Sendable {
    /// The longest answer that is read.
    static let answerLimit = 32 << 20

    let client: any WebClient
    let clock: any WallClock
    let reachesPrivateAddresses: Bool

    /// Sends a call and waits for the head of the answer.
    func begin(_ call: WireCall, timeout: Duration) async throws(ModelFault) -> WebStream {
        var request = WebRequest(
            "POST",
            call.url,
            headers: call.headers,
            body: call.body,
            timeout: timeout,
            idleTimeout: min(timeout, RemoteModel.idle),
            answerLimit: Self.answerLimit,
            reachesPrivateAddresses: reachesPrivateAddresses
        )
        do {
            try call.sign?(&request, clock.now())
        } catch {
            throw ModelFault(.unauthorised, "the request cannot be signed")
        }
        do throws(WebFault) {
            return try await client.stream(request)
        } catch {
            throw Self.fault(error)
        }
    }

    /// The next bytes of an answer; nil at its end.
    func next(of answer: WebStream) async throws(ModelFault) -> [UInt8]? {
        do throws(WebFault) {
            return try await answer.body.next()
        } catch {
            throw Self.fault(error)
        }
    }

    /// All of an answer.
    ///
    /// - Parameters:
    ///   - answer: the answer.
    ///   - limit: more than this is left out.
    ///   - isError: whether what breaks off is good enough.
    /// - Returns: the bytes.
    /// - Throws: what of the network failed.
    func rest(
        of answer: WebStream,
        limit: Int,
        isError: Bool = false
    ) async throws(ModelFault) -> [UInt8] {
        var body: [UInt8] = []
        do throws(ModelFault) {
            while body.count < limit, let bytes = try await next(of: answer) { body += bytes }
        } catch {
            guard isError, error.code != .cancelled else { throw error }
        }
        answer.body.cancel()
        return body
    }

    static func fault(_ fault: WebFault) -> ModelFault {
        let code: ModelFault.Code =
            switch fault.code {
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .malformedAnswer: .malformed
            case .unreachable, .overloaded: .unavailable
            case .invalidAddress, .invalidRequest: .refusedRequest
            case .forbiddenAddress, .insecure: .refusedRequest
            }
        let hint =
            fault.code == .forbiddenAddress
            ? "; the operator allows that with models.private-providers" : ""
        return ModelFault(code, fault.message + hint)
    }
}
