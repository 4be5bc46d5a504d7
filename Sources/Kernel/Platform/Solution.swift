public import Agents
public import Channels
public import Core
public import Intents
public import Live
public import Observability
public import Privacy
public import Search
public import Store
public import Workflows

/// A complete part of the product on the kernel: tables, tools, agents, workflows, rules, routes.
///
/// Adding a solution is adding a target and one line in `Installation`.
public protocol Solution: Sendable {
    /// Lower case, the prefix of everything it brings, for instance `logistics`.
    var name: String { get }

    /// Its tables.
    var migrations: [Migration] { get }

    /// The messages that it sends, with their words; none by default.
    var messageKinds: [MessageKind] { get }

    /// What is personal in its events, tools and decisions: all of it, declared here alone.
    var personalData: [PersonalData] { get }

    /// What it can do and who decides in it.
    ///
    /// - Throws: a fault when a part of it is malformed; the program then does not start.
    func parts(on kernel: Kernel) throws -> SolutionParts

    /// Fills an organisation with demonstration records; does nothing when they are there already.
    ///
    /// - Throws: `StoreError`, or a fault of the demonstration data.
    func demonstrate(on kernel: Kernel, scope: Scope) async throws
}

extension Solution {
    /// None.
    public var messageKinds: [MessageKind] { [] }

    /// Nothing.
    public var personalData: [PersonalData] { [] }
}

/// What a solution brings to the program.
public struct SolutionParts: Sendable {
    /// Commands and queries.
    public var tools: [Tool]
    /// Who decides.
    public var agents: [Agent]
    /// What is done, step by step.
    public var workflows: [Workflow]
    /// Which events start which workflow.
    public var starts: [WorkflowStart]
    /// Routes that map to tools.
    public var routes: [ToolRoute]
    /// What can be followed live.
    public var liveTopics: [LiveTopic]
    /// Numbers defined over events.
    public var eventMetrics: [EventMetric]
    /// Numbers that queries on the store give.
    public var gauges: [StoreGauge]
    /// What dashboards show besides what every installation shows.
    public var dashboards: [Dashboard]
    /// What keeps records about persons.
    public var persons: [any PersonHolder]
    /// What is found by `/api/search`.
    public var searchSources: [SearchSource]
    /// What AI clients can read.
    public var documents: [ToolDocument]
    /// What AI clients are offered to ask of their models.
    public var prompts: [ToolPrompt]
    /// Records that intents' predicates may measure.
    public var records: [RecordSource]
    /// Intents that it proposes to every organisation.
    public var intents: [IntentPreset]
    /// What it can do to bring a measure back.
    public var remediations: [Remediation]

    /// The parts.
    public init(
        tools: [Tool],
        agents: [Agent],
        workflows: [Workflow],
        starts: [WorkflowStart],
        routes: [ToolRoute],
        liveTopics: [LiveTopic] = [],
        eventMetrics: [EventMetric] = [],
        gauges: [StoreGauge] = [],
        dashboards: [Dashboard] = [],
        persons: [any PersonHolder] = [],
        searchSources: [SearchSource] = [],
        documents: [ToolDocument] = [],
        prompts: [ToolPrompt] = [],
        records: [RecordSource] = [],
        intents: [IntentPreset] = [],
        remediations: [Remediation] = []
    ) {
        self.searchSources = searchSources
        self.documents = documents
        self.prompts = prompts
        self.records = records
        self.intents = intents
        self.remediations = remediations
        self.persons = persons
        self.tools = tools
        self.agents = agents
        self.workflows = workflows
        self.starts = starts
        self.routes = routes
        self.liveTopics = liveTopics
        self.eventMetrics = eventMetrics
        self.gauges = gauges
        self.dashboards = dashboards
    }
}

/// Events that match a pattern start a workflow, with the event's data as input.
public struct WorkflowStart: Sendable {
    /// The rule's name, unique within the installation.
    public var rule: String
    /// The EventBridge pattern.
    public var pattern: JSON
    /// The workflow's name.
    public var workflow: String

    /// A start.
    public init(rule: String, pattern: JSON, workflow: String) {
        self.rule = rule
        self.pattern = pattern
        self.workflow = workflow
    }
}
