import Core

/// A model at a provider: its protocol over the network.
struct RemoteModel: LanguageModel {
    /// How long a provider may say nothing, beyond which a stream is given up.
    static let idle: Duration = .seconds(180)

    let wire: any ChatWire
    let form: @Sendable (ModelRequest) -> AnswerForm?
    let client: any WebClient
    let clock: any WallClock
    /// Whether the provider may be on this machine or a private network.
    let reachesPrivateAddresses: Bool

    func reply(
        to request: ModelRequest,
        hear: @escaping @Sendable (ModelPiece) -> Void
    ) async throws(ModelFault) -> ModelReply {
        let call = try wire.call(request)
        let exchange = ProviderExchange(
            client: client,
            clock: clock,
            reachesPrivateAddresses: reachesPrivateAddresses
        )
        let answer = try await exchange.begin(call, timeout: request.timeout)
        guard (200...299).contains(answer.status) else {
            let body = try await exchange.rest(of: answer, limit: 64 << 10, isError: true)
            throw wire.fault(answer.status, answer.headers, body)
        }
        let type = (answer.header("content-type") ?? "").lowercased()
        guard
            ["text/event-stream", "application/json", "application/vnd.amazon.eventstream"]
                .contains(where: { type.hasPrefix($0) })
        else {
            throw .malformed(
                "the provider answered \"\(type.prefix(60))\"; is the address right?"
            )
        }
        let form = form(request)
        var decoder = wire.decoder(for: request, contentType: type)
        do throws(ModelFault) {
            while let bytes = try await exchange.next(of: answer) {
                for piece in try decoder.take(bytes) where form == nil || AnswerForm.isHeard(piece)
                {
                    hear(piece)
                }
            }
            let reply = Self.counted(try decoder.finish(), call)
            return form?.unwrapped(reply) ?? reply
        } catch {
            // What was counted before it broke off will be billed.
            throw ModelFault(
                error.code,
                error.message,
                retryAfter: error.retryAfter,
                usage: error.usage.total > 0 ? error.usage : decoder.usage
            )
        }
    }

    /// The reply with an estimate of its tokens, where the provider counts none: four bytes a token.
    private static func counted(_ reply: ModelReply, _ call: WireCall) -> ModelReply {
        guard reply.usage.total == 0 else { return reply }
        var reply = reply
        let written = reply.parts.reduce(0) { $0 + $1.json.text().utf8.count }
        reply.usage = ModelUsage(input: (call.body.count + 3) / 4, output: (written + 3) / 4)
        return reply
    }
}
