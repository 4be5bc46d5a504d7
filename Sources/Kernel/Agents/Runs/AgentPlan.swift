import Core
import Models

/// How one run is to be decided; kept with the run, so that nothing changes under it.
struct AgentPlan: Sendable {
    var settings: AgentSettings
    /// The tools of others that the run's model is told of, as they were when the run began; nil when no
    /// model is asked.
    ///
    /// What is granted or suspended later changes what a call may reach, and not what was said: the registry
    /// is asked again at each call.
    var outside: [ModelTool]?

    /// A plan of rules.
    init() {
        settings = AgentSettings()
    }

    /// The plan of a run that begins.
    init(
        _ settings: AgentSettings,
        of agent: Agent,
        _ registry: ToolRegistry,
        _ organisation: ID<Organisation>
    ) {
        self.settings = settings
        guard asksModel else { return }
        outside = registry.tools(of: agent, and: settings.outsideTools, organisation)
            .filter { registry.tools[$0.name] == nil }
            .map { ModelTool(name: $0.name, purpose: $0.purpose, input: $0.input.json) }
    }

    /// Whether a model is to decide.
    var asksModel: Bool { settings.mode == .model && !settings.models.isEmpty }

    /// Why a recorded run cannot be made again.
    struct Obstacle: Error {
        var code: String
        var message: String
    }

    /// The tools that a model which decides is told of: the agent's own as this build has them, and those
    /// of others as the plan has them, or, when it has none, as they are now.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    func tools(
        of agent: Agent,
        _ registry: ToolRegistry,
        _ organisation: ID<Organisation>
    ) throws(GeneralFault) -> [Tool] {
        guard let outside else {
            return registry.tools(of: agent, and: settings.outsideTools, organisation)
        }
        var tools = agent.tools.compactMap { registry.tools[$0] }
        for told in outside { tools.append(try Self.tool(told)) }
        return tools.sorted { $0.name < $1.name }
    }

    /// A tool that can be told of, and not be called.
    private static func tool(_ told: ModelTool) throws(GeneralFault) -> Tool {
        var tool = try Tool(
            name: told.name,
            purpose: told.purpose,
            input: true,
            body: .external { _, _ in
                throw GeneralFault(.internal, code: "unknown-tool", "it is called by its name")
            }
        )
        tool.input = try Schema.outside(told.input).schema
        return tool
    }

    // MARK: What is kept

    /// What is kept.
    var json: JSON {
        var json: JSON = [
            "settings": settings.json, "settingsVersion": .int(settings.version),
        ]
        if let outside { json["outside"] = .array(outside.map(\.json)) }
        return json
    }

    /// Reads ``json``; runs of before there were plans were decided by rules.
    ///
    /// - Throws: a fault of code `unreadable-plan`: a run whose settings are not known must not go on by
    ///   others, which may ask nobody.
    init(_ json: JSON?) throws(GeneralFault) {
        self.init()
        guard let json else { return }
        let reader = JSONReader(json)
        do throws(GeneralFault) {
            settings = try AgentSettings(
                reader.member("settings"),
                version: reader.optional("settingsVersion")?.int() ?? 0
            )
            outside = try reader.optional("outside").map { list throws(GeneralFault) in
                var tools: [ModelTool] = []
                for tool in try list.array(count: 0...10_000) {
                    tools.append(
                        ModelTool(
                            name: try tool.member("name").string(),
                            purpose: try tool.member("purpose").string(),
                            input: try tool.member("input").value
                        )
                    )
                }
                return tools
            }
        } catch {
            throw GeneralFault(
                .internal,
                code: "unreadable-plan",
                "how the run is to be decided cannot be read by this build: \(error.message)",
                pointer: error.pointer
            )
        }
    }
}
