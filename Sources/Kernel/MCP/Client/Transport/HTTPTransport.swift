import Core
import Synchronization

/// Speaks streamable HTTP: each message is a POST, answered with JSON or with a stream of events.
final class HTTPTransport: ClientTransport {
    /// Where and how.
    struct Configuration: Sendable {
        var server: WebAddress
        /// Fields that go with every request to the server, for instance a key.
        var headers: [(name: String, value: String)] = []
        var reachesPrivateAddresses = false
        /// The longest message and the longest stream.
        var limit: Int
        /// How often a stream that was cut is taken up again.
        var resumptions = 5
    }

    let hasHeaders = true
    let configuration: Configuration
    let web: any WebClient
    let authoriser: Authoriser?
    let listener: TransportListener
    let clock: any WallClock
    let log: @Sendable (String) -> Void
    /// The session that the last handshake began.
    private let begun = Mutex<String?>(nil)
    let channel = ListeningChannel()
    /// The most authorizations for one request.
    private static let authorisations = 3

    init(
        _ configuration: Configuration,
        web: any WebClient,
        authoriser: Authoriser?,
        clock: any WallClock,
        listener: @escaping TransportListener,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.web = web
        self.authoriser = authoriser
        self.clock = clock
        self.listener = listener
        self.log = log
    }

    func request(
        _ request: RPCRequest,
        _ manner: RequestManner
    ) async throws(OutsideFault) -> JSON {
        let deadline = ContinuousClock.now + manner.timeout
        let answer = try await send(
            "POST",
            MessageWriter.bytes(.request(request)),
            manner,
            until: deadline,
            expects: "application/json, text/event-stream"
        )
        if request.method == MethodName.initialize, answer.status == 200 {
            let id = answer.header("mcp-session-id").flatMap { Self.isSession($0) ? $0 : nil }
            begun.withLock { $0 = id }
        }
        guard (200..<300).contains(answer.status) else {
            throw await refusal(answer, hasSession: manner.session != nil)
        }
        switch Self.mediaType(answer) {
        case "text/event-stream":
            return try await follow(answer, of: request.id, manner, until: deadline)
        case "application/json":
            let body = try await Self.whole(answer, limit: configuration.limit)
            return try response(body, to: request.id, status: answer.status)
        case let other:
            throw OutsideFault(
                .malformed,
                "the server answered with \(other.isEmpty ? "no media type" : other) and status "
                    + "\(answer.status)",
                status: answer.status
            )
        }
    }

    func notify(
        _ notification: RPCNotification,
        _ manner: RequestManner
    ) async throws(OutsideFault) {
        try await post(MessageWriter.bytes(.notification(notification)), manner)
    }

    /// Sends what is no request.
    func post(_ message: [UInt8], _ manner: RequestManner) async throws(OutsideFault) {
        let answer = try await send(
            "POST",
            message,
            manner,
            until: .now + manner.timeout,
            expects: "application/json, text/event-stream"
        )
        guard (200..<300).contains(answer.status) else {
            throw await refusal(answer, hasSession: manner.session != nil)
        }
        answer.body.cancel()
    }

    var session: String? { begun.withLock { $0 } }

    func close() async {
        channel.close()
        let id = begun.withLock { begun in
            defer { begun = nil }
            return begun
        }
        guard let id else { return }
        do throws(OutsideFault) {
            let answer = try await send(
                "DELETE",
                nil,
                RequestManner(
                    revision: .newestStateful,
                    timeout: .seconds(2),
                    session: id
                ),
                until: .now + .seconds(2),
                expects: "*/*",
                authorises: false
            )
            answer.body.cancel()
        } catch {
            log("the session was not ended: \(error.message)")
        }
    }

    /// Sends a request, and sends it again with another token as often as that may help.
    func send(
        _ method: String,
        _ body: [UInt8]?,
        _ manner: RequestManner,
        until deadline: ContinuousClock.Instant,
        expects: String,
        authorises: Bool = true
    ) async throws(OutsideFault) -> WebStream {
        var asked: [Set<String>] = []
        var token = try await authoriser?.token()
        while true {
            let answer = try await once(method, body, manner, token, deadline, expects)
            guard answer.status == 401 || answer.status == 403, let authoriser, authorises,
                let challenge = try refused(answer, hadToken: token != nil)
            else { return answer }
            answer.body.cancel()
            let scopes = Set(challenge.scopes ?? [])
            // The same once more leads nowhere (and a person must not be asked for ever).
            let isStepUp = answer.status == 403
            guard asked.count < Self.authorisations, !(isStepUp && asked.contains(scopes)),
                !(!isStepUp && asked.count > 1)
            else {
                throw OutsideFault(
                    AuthorisationFault(
                        .insufficient,
                        "the server goes on refusing (status \(answer.status)) although Weft was "
                            + "authorised again"
                    )
                )
            }
            token = try await authoriser.authorise(
                challenge,
                refused: token,
                mayRefresh: asked.isEmpty
            )
            asked.append(scopes)
        }
    }

    /// What a refusal asks for; nil when other tokens do not help.
    private func refused(
        _ answer: WebStream,
        hadToken: Bool
    ) throws(OutsideFault) -> BearerChallenge? {
        let challenge = BearerChallenge(
            fields: answer.headers.filter { $0.name == "www-authenticate" }.map(\.value)
        )
        guard answer.status == 403 else { return challenge ?? BearerChallenge() }
        guard var challenge, challenge.error == "insufficient_scope" || challenge.scopes != nil
        else { return nil }
        // A refresh gives no further scopes.
        challenge.error = "insufficient_scope"
        return challenge
    }

    private func once(
        _ method: String,
        _ body: [UInt8]?,
        _ manner: RequestManner,
        _ token: String?,
        _ deadline: ContinuousClock.Instant,
        _ expects: String
    ) async throws(OutsideFault) -> WebStream {
        let left = deadline - .now
        guard left > .zero else {
            throw OutsideFault(.timedOut, "the server did not answer in time")
        }
        var headers = configuration.headers
        headers.append((name: "Accept", value: expects))
        if body != nil { headers.append((name: "Content-Type", value: "application/json")) }
        if let token {
            headers.removeAll { $0.name.lowercased() == "authorization" }
            headers.append((name: "Authorization", value: "Bearer \(token)"))
        }
        headers += manner.headers
        if let id = manner.session { headers.append((name: HeaderName.session, value: id)) }
        do throws(WebFault) {
            return try await web.stream(
                WebRequest(
                    method,
                    configuration.server.description,
                    headers: headers,
                    body: body,
                    timeout: left,
                    // A stream of messages may be longer than each of them.
                    answerLimit: configuration.limit * 8,
                    reachesPrivateAddresses: configuration.reachesPrivateAddresses
                )
            )
        } catch {
            throw OutsideFault(error)
        }
    }

    /// What an answer that is no success means.
    private func refusal(_ answer: WebStream, hasSession: Bool) async -> OutsideFault {
        let body = (try? await Self.whole(answer, limit: 64 << 10)) ?? []
        if (300..<400).contains(answer.status) {
            return OutsideFault(
                .refused,
                "the server sends elsewhere (status \(answer.status)); give its final address",
                status: answer.status
            )
        }
        if hasSession, answer.status == 404 {
            return OutsideFault(.sessionEnded, "the server has ended the session", status: 404)
        }
        if let message = try? MessageReader(sizeLimit: 64 << 10).message(body),
            case .failure(_, let error) = message
        {
            return OutsideFault(error, status: answer.status)
        }
        return OutsideFault(
            answer.status == 401 ? .authorisation : .refused,
            answer.status == 401
                ? "the server wants authorization (status 401)"
                : "the server answered with status \(answer.status)",
            status: answer.status
        )
    }

    /// The result in a JSON answer.
    func response(
        _ body: [UInt8],
        to id: RPCID,
        status: Int
    ) throws(OutsideFault) -> JSON {
        let message: RPCMessage
        do throws(UnreadableMessage) {
            message = try MessageReader(sizeLimit: configuration.limit).message(body)
        } catch {
            throw OutsideFault(.malformed, "the server's answer: \(error.error.message)")
        }
        switch message {
        case .result(let answered, let result) where answered == id: return result
        case .failure(let answered, let error) where answered == id || answered == nil:
            throw OutsideFault(error, status: status)
        case .result, .failure:
            throw OutsideFault(.malformed, "the server answered another request than was sent")
        case .request, .notification:
            throw OutsideFault(.malformed, "the server sent a message that is no answer")
        }
    }

    /// The whole body.
    static func whole(_ answer: WebStream, limit: Int) async throws(OutsideFault) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            do throws(WebFault) {
                guard let piece = try await answer.body.next() else { return body }
                body += piece
            } catch {
                throw OutsideFault(error)
            }
            guard body.count <= limit else {
                answer.body.cancel()
                throw OutsideFault(.tooLarge, "the server answered more than \(limit) bytes")
            }
        }
    }

    /// The answer's media type in lower case, without parameters.
    static func mediaType(_ answer: WebStream) -> String {
        let value = answer.header("content-type") ?? ""
        return value.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
    }

    /// Visible ASCII, as the specification has it.
    private static func isSession(_ id: String) -> Bool {
        (1...1_024).contains(id.utf8.count) && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
