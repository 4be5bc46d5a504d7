import Core

/// A model for vectors at a provider: its protocol over the network.
struct RemoteEmbeddings: EmbeddingModel {
    let wire: any EmbeddingWire
    let client: any WebClient
    let clock: any WallClock
    let reachesPrivateAddresses: Bool
    /// How long one request may take.
    let timeout: Duration

    /// How many texts go into one request.
    var batch: Int { wire.batch }

    func embed(_ texts: [String]) async throws(ModelFault) -> (
        vectors: [[Float]], usage: ModelUsage
    ) {
        let exchange = ProviderExchange(
            client: client,
            clock: clock,
            reachesPrivateAddresses: reachesPrivateAddresses
        )
        let call = try wire.call(texts)
        let answer = try await exchange.begin(call, timeout: timeout)
        let isGood = (200...299).contains(answer.status)
        let body = try await exchange.rest(
            of: answer,
            limit: isGood ? ProviderExchange.answerLimit : 64 << 10,
            isError: !isGood
        )
        guard isGood else { throw wire.fault(answer.status, answer.headers, body) }
        var (vectors, usage) = try wire.vectors(body, of: texts, answer.headers)
        if usage.total == 0 { usage.input = (call.body.count + 3) / 4 }
        return (vectors, usage)
    }
}
