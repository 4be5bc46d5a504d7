import Core

/// One line of control: the workflow itself, a branch of a Parallel or an iteration of a Map.
struct Branch: Sendable {
    enum Phase: Sendable {
        /// About to enter `state`.
        case ready
        /// Waits for a task; whether its hand-over, or an activity's start, was recorded.
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
        /// What a Map goes over, when evaluating again may give others.
        var items: [JSON]?
        /// The run of a distributed Map.
        var run: MapRun?
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
    /// The event before the present state was entered.
    var eventBefore = 0
    var enteredAt = Timestamp(microseconds: 0)
    /// Retries so far in the present state, per retrier.
    var retries: [Int] = []
    /// Attempts in the present state before the execution was redriven.
    var spentAttempts = 0
    var phase = Phase.ready
    /// What it assigned in its own scope.
    var variables = JSONObject()
    /// Set for a child of a distributed Map, which is an execution of its own in all but name: it
    /// sees no variables from outside and its events are not part of this history.
    var child: Child?
    /// Set for everything below a child of a distributed Map.
    var isHidden = false
    /// The longest silence of the present task.
    var heartbeatSeconds: Int?

    /// The steps whose answers it waits for.
    var pendingSteps: [Int] {
        switch phase {
        case .task(let step, _), .timer(let step, _): [step]
        case .children(let children): children.run?.pendingSteps ?? []
        case .ready: []
        }
    }

    struct Child: Sendable {
        /// What the run of the Map made of the item, to do it again.
        var input: JSON
        /// `$$.Map.Item.Value`.
        var item: JSON?
    }
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
        if let parent, branches[parent]?.isHidden ?? false { branches[lastBranch]?.isHidden = true }
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
        var evaluation = Evaluation(input: input, context: .null, random: random, now: turn.now)
        guard let state = state(of: branch) else { return evaluation }
        evaluation.raw = branch.input
        if state.usesContext {
            evaluation.context = contextObject(of: branch, state, item: item, token: token)
        }
        if state.usesVariables { evaluation.variables = variables(seenBy: branch) }
        return evaluation
    }

    /// The variables of a branch and of those around it, up to a child of a distributed Map.
    func variables(seenBy branch: Branch) -> Variables {
        var variables = Variables()
        var next: Branch? = branch
        while let branch = next {
            if !branch.variables.isEmpty { variables.scopes.append(branch.variables) }
            next = branch.child == nil ? branch.parent.flatMap { branches[$0] } : nil
        }
        return variables
    }

    private func contextObject(
        of branch: Branch,
        _ state: State,
        item: (index: Int, value: JSON)?,
        token: String?
    ) -> JSON {
        var context: JSON = [
            "Execution": [
                "Id": .string(identity.id), "Input": executionInput(of: branch),
                "StartTime": startedAt?.json ?? .null, "Name": .string(identity.name),
                "RoleArn": .string(identity.role), "RedriveCount": .int(redriveCount),
            ],
            "StateMachine": [
                "Id": .string(identity.workflowID), "Name": .string(identity.workflowName),
            ],
            "State": ["Name": .string(branch.state), "EnteredTime": branch.enteredAt.json],
        ]
        if !state.retriers.isEmpty || state.type == "Task" {
            context["State"]?["RetryCount"] = .int(branch.retries.reduce(0, +))
        }
        if let token { context["Task"] = ["Token": .string(token)] }
        if let item = item ?? enclosingItem(of: branch) {
            context["Map"] = ["Item": ["Index": .int(item.index), "Value": item.value]]
        }
        return context
    }

    /// The execution's input, or what a child of a distributed Map was started with.
    private func executionInput(of branch: Branch) -> JSON {
        guard branch.isHidden else { return input ?? .null }
        var next: Branch? = branch
        while let branch = next {
            if let child = branch.child { return child.input }
            next = branch.parent.flatMap { branches[$0] }
        }
        return input ?? .null
    }

    /// The item of the nearest Map around a branch.
    private func enclosingItem(of branch: Branch) -> (index: Int, value: JSON)? {
        var branch = branch
        while let parent = branch.parent.flatMap({ branches[$0] }) {
            if let child = branch.child { return child.item.map { (branch.index, $0) } }
            if let state = state(of: parent), let map = state.map {
                guard let items = try? items(of: map, state, parent) else { return nil }
                return items.indices.contains(branch.index)
                    ? (branch.index, items[branch.index]) : nil
            }
            branch = parent
        }
        return nil
    }
}
