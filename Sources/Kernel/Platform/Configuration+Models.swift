import Core

extension Configuration {
    /// What of the models can be configured; which there are is each organisation's own.
    static let models: [ConfigurationKey] = [
        .init(
            "models.private-providers",
            .flag,
            false,
            "Whether providers of models may be on this machine or private networks, and speak plain "
                + "http: for Ollama, vLLM and the like."
        )
    ]
}
