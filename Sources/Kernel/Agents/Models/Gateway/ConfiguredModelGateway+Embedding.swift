import Core
import Store

extension ConfiguredModelGateway: EmbeddingGateway {
    /// The most texts of one call.
    static let mostTexts = 10_000

    /// The vectors of texts by one of the organisation's embedding models.
    ///
    /// - Throws: why there are none.
    public func embed(
        _ texts: [String],
        by model: String?,
        caller: ModelCaller
    ) async throws(ModelFault) -> (vectors: [[Float]], charge: ModelCharge) {
        guard (1...Self.mostTexts).contains(texts.count), texts.allSatisfy({ !$0.isEmpty }) else {
            throw ModelFault(
                .refusedRequest,
                "expected 1 to \(Self.mostTexts) texts, none of them empty"
            )
        }
        let name = try await embedder(model, caller)
        let size = texts.reduce(0) { $0 + PromptSize.tokens(bytes: $1.utf8.count) }
        return try await attempt(
            [name],
            .embedding,
            caller: caller,
            timeout: ModelConnector.embeddingTimeout,
            most: { _ in (size, 0) }
        ) { model, provider, _ throws(ModelFault) in
            let (remote, batch) = try self.connections.embedding(model, provider)
            var vectors: [[Float]] = []
            var usage = ModelUsage()
            for start in stride(from: 0, to: texts.count, by: max(1, batch)) {
                let part = Array(texts[start..<min(start + max(1, batch), texts.count)])
                do throws(ModelFault) {
                    let (more, tokens) = try await remote.embed(part)
                    guard more.count == part.count else {
                        throw .malformed("there are not as many vectors as texts")
                    }
                    vectors += more
                    usage = usage + tokens
                } catch {
                    // What was turned into vectors before will be billed.
                    throw ModelFault(
                        error.code,
                        error.message,
                        retryAfter: error.retryAfter,
                        usage: usage + error.usage
                    )
                }
            }
            return (vectors, usage)
        }
    }

    /// The name of the model that is asked for vectors.
    private func embedder(
        _ name: String?,
        _ caller: ModelCaller
    ) async throws(ModelFault) -> String {
        if let name { return name }
        let found: String?
        do {
            found = try await database.read { [models] reader in
                try models.first(.embedding, of: caller.scope.organisation, in: reader)
            }
        } catch {
            throw ModelFault(.unavailable, "the records of models cannot be read")
        }
        guard let found else {
            throw ModelFault(.notConfigured, "no model for vectors is configured")
        }
        return found
    }
}
