import Core
import MCP

/// The documents and prompts that every installation offers to AI clients.
public enum PlatformDocuments {
    private static let decisions = ToolChoices(tool: "platform.list-decisions")
    private static let intents = ToolChoices(tool: "intents.list", member: "intent_id")
    private static let runs = ToolChoices(tool: "platform.list-executions")

    /// The documents.
    public static let all: [ToolDocument] = [
        ToolDocument(
            "weft://agents",
            name: "agents",
            title: "Agents",
            purpose: "The agents: what each is for, its tools, and how many runs it had.",
            tool: "platform.list-agents"
        ),
        ToolDocument(
            "weft://alarms",
            name: "alarms",
            title: "Alarms",
            purpose: "The alarms, those that need somebody first.",
            tool: "platform.list-alarms",
            topic: "alarms"
        ),
        ToolDocument(
            "weft://decisions",
            name: "decisions",
            title: "Newest decisions",
            purpose: "What agents decided last.",
            tool: "platform.list-decisions",
            topic: "decisions"
        ),
        ToolDocument(
            "weft://decisions/{id}",
            name: "decision",
            title: "Decision",
            purpose: "A decision: what was seen, weighed and chosen, and why.",
            tool: "platform.get-decision",
            choices: decisions
        ),
        ToolDocument(
            "weft://runs",
            name: "runs",
            title: "Newest runs",
            purpose: "The newest runs of workflows.",
            tool: "platform.list-executions",
            topic: "runs"
        ),
        ToolDocument(
            "weft://runs/{id}",
            name: "run",
            title: "Run",
            purpose: "A run of a workflow with its history.",
            tool: "platform.get-execution",
            topic: "runs/{id}",
            choices: runs
        ),
        ToolDocument(
            "weft://intents",
            name: "intents",
            title: "Intents",
            purpose: "The goals that are held against reality, with uptime, drift and cost.",
            tool: "intents.list",
            topic: "intents"
        ),
        ToolDocument(
            "weft://intents/{id}",
            name: "intent",
            title: "Intent",
            purpose: "An intent: what was observed last, its edges and its remediations.",
            tool: "intents.get",
            topic: "intents/{id}",
            choices: intents
        ),
        ToolDocument(
            "weft://approvals",
            name: "approvals",
            title: "Approvals",
            purpose: "What waits for a person's word; only a person gives it.",
            tool: "approvals.list-approvals"
        ),
        ToolDocument(
            "weft://inbox",
            name: "inbox",
            title: "Inbox",
            purpose: "Your own messages.",
            tool: "platform.list-inbox"
        ),
    ]

    /// The prompts.
    public static let prompts: [ToolPrompt] = [
        ToolPrompt(
            name: "explain-decision",
            title: "Explain a decision",
            purpose: "Explains in plain words what an agent decided and why.",
            arguments: [
                .init("decision", "The decision's id.", choices: decisions)
            ],
            documents: ["weft://decisions/{id}"],
            text: """
                Explain decision {decision} to somebody who was not there: what the agent saw, which \
                options it weighed with which scores, what it chose and why, how sure it was, and what \
                would have changed its choice. Use only what the document says; say so where it does \
                not tell.
                """
        ),
        ToolPrompt(
            name: "investigate-run",
            title: "Investigate a run",
            purpose: "Finds out what happened in a run of a workflow, and what to do about it.",
            arguments: [
                .init("run", "The run's id.", choices: runs)
            ],
            documents: ["weft://runs/{id}"],
            text: """
                Tell what happened in run {run}, step by step. If it failed or waits, name the step, \
                the error and its cause, and propose what a person should do next. Read its decisions \
                with the tool platform.list-decisions where they matter.
                """
        ),
        ToolPrompt(
            name: "review-intent",
            title: "Review an intent",
            purpose: "Tells whether a goal is being met, and what to do if it is not.",
            arguments: [
                .init("intent", "The intent's id.", choices: intents)
            ],
            documents: ["weft://intents/{id}"],
            text: """
                Tell whether intent {intent} is being met: what it wants, what was observed last, since \
                when it drifts and how fast its budget burns, what was tried and what that changed. \
                Propose what a person should decide. Use only what the document says.
                """
        ),
        ToolPrompt(
            name: "what-needs-attention",
            title: "What needs attention",
            purpose: "Sums up alarms and messages, the most pressing first.",
            documents: ["weft://alarms", "weft://inbox"],
            text: """
                Sum up what needs a person's attention now, the most pressing first: open alarms, then \
                unread messages. For each, one sentence on what it is and one on what to do.
                """
        ),
    ]
}
