public import Core

/// One request under way: on whose authority, by which client, and the way back to it.
public struct Exchange: Sendable {
    /// On whose authority.
    public let scope: Scope
    /// The client.
    public let client: ClientProfile
    /// What tells repetitions of one call from two calls; nil when the client sent none.
    public let idempotencyKey: String?
    let progressToken: RPCID?
    let threshold: LogSeverity?
    let outlet: (any Outlet)?
    let book: AnswerBook?

    init(
        scope: Scope,
        client: ClientProfile,
        idempotencyKey: String? = nil,
        progressToken: RPCID? = nil,
        threshold: LogSeverity? = nil,
        outlet: (any Outlet)? = nil,
        book: AnswerBook? = nil
    ) {
        self.scope = scope
        self.client = client
        self.idempotencyKey = idempotencyKey
        self.progressToken = progressToken
        self.threshold = threshold
        self.outlet = outlet
        self.book = book
    }

    /// Whether the client wants to know how far the request has come.
    public var wantsProgress: Bool { progressToken != nil && outlet != nil }

    /// Tells the client how far the request has come, if it wants to know.
    ///
    /// - Parameters:
    ///   - progress: how much is done; larger each time.
    ///   - total: how much there is; nil when nobody knows.
    ///   - message: what is being done.
    public func progress(_ progress: Double, of total: Double? = nil, _ message: String? = nil) {
        guard let progressToken, let outlet else { return }
        var params: JSONObject = [
            "progressToken": progressToken.json, "progress": .double(progress),
        ]
        if let total { params["total"] = .double(total) }
        if let message { params["message"] = .string(message) }
        outlet.send(RPCNotification(NotificationName.progress, params: params))
    }

    /// Writes a line into the client's log, if the client wants lines of that severity.
    public func log(_ severity: LogSeverity, _ data: JSON, logger: String? = nil) {
        guard let threshold, severity >= threshold, let outlet else { return }
        var params: JSONObject = ["level": .string(severity.rawValue)]
        if let logger { params["logger"] = .string(logger) }
        params["data"] = data
        outlet.send(RPCNotification(NotificationName.message, params: params))
    }

    /// Refuses to go on with a client that cannot do something.
    ///
    /// - Throws: `RPCError` of code -32021, or a fault of code `client-cannot` before 2026-07-28.
    public func require(_ capability: ClientCapability) throws {
        guard !client.can(capability) else { return }
        let message = "the client did not say that it can do \"\(capability.rawValue)\""
        guard client.revision.isStateless else {
            throw GeneralFault(.invalid, code: "client-cannot", message)
        }
        throw RPCError.missingCapability(
            .object(JSONObject([(capability.rawValue, .object(JSONObject()))])),
            message
        )
    }

    /// Whether the client can be asked now.
    public func canAsk(_ capability: ClientCapability) -> Bool {
        client.can(capability) && (book != nil || outlet != nil)
    }

    /// Asks the client and gives its answers by their keys.
    ///
    /// Until 2025-11-25 the client is asked while the request is under way. Since 2026-07-28 the request
    /// ends with the questions, and begins anew when it comes again with answers: what stands before
    /// this call is done again, so nothing may be changed before it.
    ///
    /// - Throws: as ``require(_:)``; what the server must see pass on.
    public func ask(_ questions: ClientQuestion...) async throws -> [String: JSON] {
        for question in questions { try require(question.capability) }
        if let book { return try book.answers(to: questions) }
        guard let outlet else {
            throw GeneralFault(
                .invalid,
                code: "client-cannot",
                "the client cannot be asked on this way; it must accept text/event-stream"
            )
        }
        var answers: [String: JSON] = [:]
        for question in questions {
            let answer = try await outlet.ask(question)
            if let complaint = question.complaint(about: answer) {
                throw GeneralFault(.invalid, code: "invalid-answer", complaint)
            }
            answers[question.key] = answer
        }
        return answers
    }

    /// Lets go of the connection while the request goes on; the client fetches the rest later.
    ///
    /// Does nothing where a stream cannot be resumed.
    public func pauseStream() { outlet?.pause() }
}

/// The way back to a client while its request is under way.
protocol Outlet: Sendable {
    /// Sends a notification.
    func send(_ notification: RPCNotification)
    /// Asks the client, and waits for its answer.
    func ask(_ question: ClientQuestion) async throws -> JSON
    /// Closes the connection, if what follows can be fetched later.
    func pause()
}

extension Outlet {
    func pause() {}
}
