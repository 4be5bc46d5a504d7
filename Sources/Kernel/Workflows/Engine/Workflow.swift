public import Core

/// A workflow of the program: a definition, and the agent whose authority it runs on.
public struct Workflow: Sendable {
    /// Unique, as `solution.verb-noun`, for instance `logistics.process-order`.
    public var name: String
    /// The agent as whom its tool tasks act; its agent tasks act as the agents they name.
    public var agent: String
    /// The definition that new executions begin with.
    public var definition: Definition
    /// Tells one version of the definition from another.
    public var version: String

    /// A workflow.
    ///
    /// - Parameters:
    ///   - name: as `solution.verb-noun`.
    ///   - agent: the agent as whom its tool tasks act.
    ///   - source: the definition in the States Language.
    /// - Throws: a fault that lists what is wrong with the definition, or names a task whose
    ///   resource is neither `weft:tool:…` nor `weft:agent:…`.
    public init(name: String, agent: String, source: JSON) throws {
        try self.init(
            name: name,
            agent: agent,
            source: source,
            version: String(fnv1a64(source.bytes(.canonical)), radix: 16)
        )
    }

    /// A version of a workflow that was stored.
    init(name: String, agent: String, source: JSON, version: String) throws {
        self.name = name
        self.agent = agent
        self.version = version
        definition = try Definition(source)
        for resource in definition.resources where TaskResource(resource) == nil {
            throw GeneralFault(
                .internal,
                code: "unknown-resource",
                """
                \(name): "\(resource)" is neither weft:tool:…, weft:agent:…, weft:activity:… nor \
                weft:states:startExecution
                """
            )
        }
    }
}

/// What a task's `Resource` names.
enum TaskResource {
    /// What ends a resource whose task is answered with its token.
    private static let callback = ".waitForTaskToken"

    case tool(String)
    case agent(String)
    /// Workers outside ask for it.
    case activity(String)
    /// An execution of a workflow.
    case execution

    init?(_ text: String) {
        if let start = text.ranges(of: "states:startExecution").first,
            ["", Self.callback, ".sync", ".sync:2"].contains(String(text[start.upperBound...]))
        {
            let service = text[..<start.lowerBound]
            guard service == "weft:" || service.hasPrefix("arn:") && service.hasSuffix(":states:::")
            else { return nil }
            self = .execution
            return
        }
        let text = text.hasSuffix(Self.callback) ? String(text.dropLast(Self.callback.count)) : text
        if text.hasPrefix("weft:tool:") {
            self = .tool(String(text.dropFirst(10)))
        } else if text.hasPrefix("weft:agent:") {
            self = .agent(String(text.dropFirst(11)))
        } else if text.hasPrefix("weft:activity:"), text.utf8.count > 14 {
            self = .activity(String(text.dropFirst(14)))
        } else {
            return nil
        }
    }
}

/// What starts an execution.
public struct ExecutionStart: Sendable {
    /// Which workflow.
    public var workflow: String
    /// Unique within the organisation; starting the same name again answers the first execution.
    public var name: String
    /// What it is about, for instance `order:018f…`; nil when there is no single thing.
    public var subject: String?
    /// What it gets.
    public var input: JSON
    /// In which organisation.
    public var organisation: ID<Organisation>
    /// For whom it runs.
    public var onBehalfOf: Actor?
    /// Its place in the trace.
    public var trace: TraceContext

    /// A start.
    public init(
        workflow: String,
        name: String,
        subject: String?,
        input: JSON,
        organisation: ID<Organisation>,
        onBehalfOf: Actor?,
        trace: TraceContext
    ) {
        self.workflow = workflow
        self.name = name
        self.subject = subject
        self.input = input
        self.organisation = organisation
        self.onBehalfOf = onBehalfOf
        self.trace = trace
    }
}
