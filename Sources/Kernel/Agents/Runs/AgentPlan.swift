import Core
import Privacy

/// How one run is to be decided; kept with the run, so that nothing changes under it.
struct AgentPlan: Sendable, Equatable {
    var settings: AgentSettings
    /// The policy's version as it was: the rules'.
    var rulesVersion: Int

    init(_ settings: AgentSettings, of agent: Agent) {
        self.settings = settings
        rulesVersion = agent.policy.version
    }

    /// Whether a model is to decide.
    var asksModel: Bool { settings.mode == .model && !settings.models.isEmpty }

    /// Why a recorded run cannot be made again.
    struct Obstacle: Error {
        var code: String
        var message: String
    }

    /// What is kept.
    var json: JSON {
        [
            "settings": settings.json, "settingsVersion": .int(settings.version),
            "rules": .int(rulesVersion),
        ]
    }

    /// Reads ``json``; what is not that is a plan of rules.
    init(_ json: JSON) {
        let settings = try? AgentSettings(
            JSONReader(json["settings"] ?? [:]),
            version: json["settingsVersion"]?.int ?? 0
        )
        self.settings = settings ?? AgentSettings()
        rulesVersion = json["rules"]?.int ?? 0
    }
}
