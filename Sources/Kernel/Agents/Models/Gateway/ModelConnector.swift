import Core

/// Makes models that can be asked of what is configured.
struct ModelConnector: Sendable {
    /// How long a request for vectors may take.
    static let embeddingTimeout: Duration = .seconds(60)

    let providers: ModelProviders
    let client: any WebClient
    let clock: any WallClock

    /// The model for conversations.
    func chat(
        _ model: ConfiguredModel,
        at provider: ModelProvider
    ) throws(ModelFault) -> any LanguageModel {
        let credentials = try credentials(of: provider)
        switch provider.kind {
        case .anthropic:
            let wire = AnthropicMessages(
                base: provider.base,
                model: model.model,
                key: credentials.apiKey ?? "",
                traits: model.traits
            )
            return remote(wire, wire.form)
        case .openai:
            let wire = ChatCompletions(
                base: provider.base,
                model: model.model,
                key: credentials.apiKey,
                traits: model.traits
            )
            return remote(wire, wire.form)
        case .bedrock:
            let wire = BedrockConverse(
                place: try place(model, provider, credentials),
                traits: model.traits
            )
            return remote(wire, wire.form)
        }
    }

    /// The model for vectors.
    func embedding(
        _ model: ConfiguredModel,
        at provider: ModelProvider
    ) throws(ModelFault) -> RemoteEmbeddings {
        let credentials = try credentials(of: provider)
        let wire: any EmbeddingWire
        switch provider.kind {
        case .anthropic: throw ModelFault(.notConfigured, "Anthropic has no models for vectors")
        case .openai:
            wire = OpenAIEmbeddings(
                base: provider.base,
                model: model.model,
                key: credentials.apiKey,
                dimensions: model.dimensions
            )
        case .bedrock:
            wire = BedrockEmbeddings(
                place: try place(model, provider, credentials),
                dimensions: model.dimensions
            )
        }
        return RemoteEmbeddings(
            wire: wire,
            client: client,
            clock: clock,
            reachesPrivateAddresses: providers.allowsPrivate,
            timeout: Self.embeddingTimeout
        )
    }

    private func remote(
        _ wire: any ChatWire,
        _ form: @escaping @Sendable (ModelRequest) -> AnswerForm?
    ) -> RemoteModel {
        RemoteModel(
            wire: wire,
            form: form,
            client: client,
            clock: clock,
            reachesPrivateAddresses: providers.allowsPrivate
        )
    }

    private func place(
        _ model: ConfiguredModel,
        _ provider: ModelProvider,
        _ credentials: ModelCredentials
    ) throws(ModelFault) -> BedrockPlace {
        let given: BedrockCredentials
        if let id = credentials.accessKeyID, let secret = credentials.secretAccessKey {
            given = .key(id: id, secret: secret, token: credentials.sessionToken)
        } else {
            given = .bearer(credentials.apiKey ?? "")
        }
        return BedrockPlace(
            base: provider.base,
            region: provider.region ?? "us-east-1",
            model: model.model,
            credentials: given
        )
    }

    private func credentials(
        of provider: ModelProvider
    ) throws(ModelFault) -> ModelCredentials {
        do {
            return try providers.credentials(of: provider)
        } catch {
            throw ModelFault(
                .unauthorised,
                "the credentials of \(provider.name) cannot be opened: was the vault's key changed?"
            )
        }
    }
}
