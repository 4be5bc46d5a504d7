import Models

/// What the models of a run cost and wrote, and how often a person agreed to a call.
struct AgentBill: Sendable {
    var costMicros = 0
    var usage = ModelUsage()
    /// The model that answered last, as its provider names it.
    var model: String?
    var approvals = 0
}
