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
        // What fails while no bytes are waited for is the provider's own word.
        var waits = true
        do throws(ModelFault) {
            while let bytes = try await exchange.next(of: answer) {
                waits = false
                for piece in try decoder.take(bytes) where form == nil || AnswerForm.isHeard(piece)
                {
                    hear(piece)
                }
                waits = true
            }
            waits = false
            let reply = Self.counted(try decoder.finish(), call)
            return form?.unwrapped(reply) ?? reply
        } catch {
            // What was read and written before it broke off will be billed.
            let counted = error.usage.total > 0 ? error.usage : decoder.usage
            let didNothing =
                !waits && error.code != .malformed && decoder.written == 0 && counted.total == 0
            throw ModelFault(
                error.code,
                error.message,
                retryAfter: error.retryAfter,
                usage: didNothing ? counted : Self.billed(counted, call, written: decoder.written)
            )
        }
    }

    /// The reply with an estimate of its tokens, where the provider counts none.
    private static func counted(_ reply: ModelReply, _ call: WireCall) -> ModelReply {
        guard reply.usage.total == 0 else { return reply }
        var reply = reply
        reply.usage = estimate(
            call,
            written: reply.parts.reduce(0) { $0 + $1.json.text().utf8.count }
        )
        return reply
    }

    /// What an answer that broke off is billed with: providers count at its end, some its input before.
    private static func billed(_ counted: ModelUsage, _ call: WireCall, written: Int) -> ModelUsage
    {
        let estimate = estimate(call, written: written)
        guard counted.total > 0 else { return estimate }
        var usage = counted
        usage.output = max(counted.output, estimate.output)
        return usage
    }

    /// Four bytes a token.
    private static func estimate(_ call: WireCall, written: Int) -> ModelUsage {
        ModelUsage(input: (call.body.count + 3) / 4, output: (written + 3) / 4)
    }
}
