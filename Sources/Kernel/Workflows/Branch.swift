import Core

/// One line of control: the workflow itself, a branch of a Parallel or an iteration of a Map.
struct Branch: Sendable {
    enum Phase: Sendable {
        /// About to enter `state`.
        case ready
        /// Waits for a task; whether its hand-over was recorded.
        case task(step: Int, submitted: Bool)
        /// Waits for a moment.
        case timer(step: Int, purpose: Purpose)
        /// Waits for its children.
        case children(Children)
    }

    enum Purpose: String, Sendable, CaseIterable {
        /// A Wait state.
        case wait
        /// The pause before a retry.
        case retry
        /// A turn that was cut short.
        case pause
    }

    struct Children: Sendable {
        var results: [JSON?]
        /// How many were started.
        var started: Int
        /// How many have succeeded.
        var done = 0
        /// The latest `MapIterationSucceeded`.
        var lastSuccess: Int?
    }

    var id: Int
    /// JSON Pointer of its machine in the definition.
    var machine: String
    var parent: Int?
    /// Which branch or item of the parent's state it is.
    var index: Int
    var state: String
    /// The input of the present state, before `InputPath`.
    var input: JSON
    var lastEvent: Int
    var enteredEvent = 0
    var enteredAt = Timestamp(microseconds: 0)
    /// Retries so far in the present state, per retrier.
    var retries: [Int] = []
    var phase = Phase.ready
}

extension Execution {
    mutating func addBranch(
        machine: String,
        parent: Int?,
        index: Int,
        input: JSON,
        after event: Int
    ) -> Int {
        lastBranch += 1
        branches[lastBranch] = Branch(
            id: lastBranch,
            machine: machine,
            parent: parent,
            index: index,
            state: definition.machines[machine]?.startAt ?? "",
            input: input,
            lastEvent: event
        )
        return lastBranch
    }

    func state(of branch: Branch) -> State? {
        definition.machines[branch.machine]?.states[branch.state]
    }

    /// The branch that waits for a step.
    func branch(waitingFor step: Int) -> Branch? {
        branches.values.first { branch in
            switch branch.phase {
            case .task(step, _), .timer(step, _): true
            default: false
            }
        }
    }

    /// What the expressions of the branch's present state see.
    func evaluation(
        of branch: Branch,
        input: JSON,
        item: (index: Int, value: JSON)? = nil,
        token: String? = nil
    ) -> Evaluation {
        var context = JSON.null
        if definition.usesContext {
            context = contextObject(of: branch, item: item, token: token)
        }
        return Evaluation(input: input, context: context, random: random)
    }

    private func contextObject(
        of branch: Branch,
        item: (index: Int, value: JSON)?,
        token: String?
    ) -> JSON {
        var context: JSON = [
            "Execution": [
                "Id": .string(identity.id), "Input": input ?? .null,
                "StartTime": startedAt?.json ?? .null, "Name": .string(identity.name),
                "RoleArn": .string(identity.role), "RedriveCount": 0,
            ],
            "StateMachine": [
                "Id": .string(identity.workflowID), "Name": .string(identity.workflowName),
            ],
            "State": ["Name": .string(branch.state), "EnteredTime": branch.enteredAt.json],
        ]
        if let state = state(of: branch), !state.retriers.isEmpty || state.type == "Task" {
            context["State"]?["RetryCount"] = .int(branch.retries.reduce(0, +))
        }
        if let token { context["Task"] = ["Token": .string(token)] }
        if let item = item ?? enclosingItem(of: branch) {
            context["Map"] = ["Item": ["Index": .int(item.index), "Value": item.value]]
        }
        return context
    }

    /// The item of the nearest Map around a branch.
    private func enclosingItem(of branch: Branch) -> (index: Int, value: JSON)? {
        var branch = branch
        while let parent = branch.parent.flatMap({ branches[$0] }) {
            if let state = state(of: parent), case .map(let map) = state.body {
                guard let items = try? items(of: map, state, parent) else { return nil }
                return items.indices.contains(branch.index)
                    ? (branch.index, items[branch.index]) : nil
            }
            branch = parent
        }
        return nil
    }
}
