import Core
import Models

/// The models of one run, asked within what the run has left of time and money.
///
/// Every desk asks through this, so that a rehearsal and a second opinion have the bounds of a run.
struct RunModels: Sendable {
    /// What a model answered.
    struct Answer: Sendable {
        var reply: ModelReply
        /// What is to be recorded.
        var charge: ModelCharge
        /// What the answer cost, with the attempts before it that failed.
        var costMicros: Int
        var duration: Duration
    }

    /// Why none answered.
    struct Silence: Error {
        var fault: ModelFault
        /// What the attempts were charged with; that is recorded already.
        var costMicros = 0
        var duration = Duration.zero

        /// What it is to the policy.
        var gaveUp: ModelGaveUp {
            ModelGaveUp(code: fault.code.rawValue, message: fault.message)
        }
    }

    var gateway: (any ModelGateway)?
    /// In order of preference.
    var names: [String]
    var caller: ModelCaller
    var limits: AgentLimits
    var clock: any WallClock

    /// Asks for a turn.
    ///
    /// A question takes no longer than the run has left, with all its attempts and pauses. An answer that
    /// came all the same is taken: it is paid for.
    ///
    /// - Parameters:
    ///   - request: the turn.
    ///   - spent: what the run's earlier questions took.
    ///   - hear: hears of pieces as they come.
    /// - Returns: the answer; its charge is not recorded yet.
    /// - Throws: `Silence`; `CancellationError` when nobody wants it any more.
    func ask(
        _ request: ModelRequest,
        after spent: RunSpending,
        hear: @escaping @Sendable (ModelPiece) -> Void = { _ in }
    ) async throws -> Answer {
        let left = Duration.seconds(limits.seconds) - spent.thought
        let late = "the run's \(limits.seconds) s of thinking are used up"
        guard left > .zero else { throw Silence(fault: ModelFault(.timedOut, late)) }
        guard spent.costMicros <= limits.costMicros else {
            let message = "the run's \(limits.costMicros) millionths are used up"
            throw Silence(fault: ModelFault(.overBudget, message))
        }
        guard let gateway else {
            throw Silence(fault: ModelFault(.notConfigured, "no model is configured"))
        }
        let allowance = ModelAllowance(costMicros: limits.costMicros - spent.costMicros)
        var caller = caller
        caller.allowance = allowance
        let began = clock.now()
        let (outcome, isLate) = await reply(to: request, gateway, caller, began + left, hear)
        let duration = clock.now() - began
        switch outcome {
        case .success(let (reply, charge)):
            return Answer(
                reply: reply,
                charge: charge,
                costMicros: charge.costMicros + allowance.spent,
                duration: duration
            )
        case .failure(var fault):
            if fault.code == .cancelled {
                guard isLate else { throw CancellationError() }
                fault = ModelFault(.timedOut, late)
            }
            throw Silence(fault: fault, costMicros: allowance.spent, duration: duration)
        }
    }

    private enum Event: Sendable {
        case ended(Result<(reply: ModelReply, charge: ModelCharge), ModelFault>)
        case timeIsUp
        case stopped
    }

    /// The answer, and whether the time was up before it.
    private func reply(
        to request: ModelRequest,
        _ gateway: any ModelGateway,
        _ caller: ModelCaller,
        _ deadline: Timestamp,
        _ hear: @escaping @Sendable (ModelPiece) -> Void
    ) async -> (Result<(reply: ModelReply, charge: ModelCharge), ModelFault>, isLate: Bool) {
        await withTaskGroup(of: Event.self) { group in
            group.addTask { [names] in
                do throws(ModelFault) {
                    let reply = try await gateway.reply(
                        to: request,
                        from: names,
                        caller: caller,
                        hear: hear
                    )
                    return .ended(.success(reply))
                } catch {
                    return .ended(.failure(error))
                }
            }
            group.addTask { [clock] in
                do {
                    try await clock.sleep(until: deadline)
                    return .timeIsUp
                } catch {
                    return .stopped
                }
            }
            var isLate = false
            for await event in group {
                switch event {
                case .ended(let outcome):
                    group.cancelAll()
                    return (outcome, isLate)
                case .timeIsUp:
                    isLate = true
                    group.cancelAll()
                case .stopped: break
                }
            }
            return (.failure(ModelFault(.cancelled, "nobody asked")), isLate)
        }
    }
}
