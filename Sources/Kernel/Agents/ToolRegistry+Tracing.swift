import Core
import Identity
import Observability
import Store

extension ToolRegistry {
    /// Prepares a call within a span of its own.
    ///
    /// A query by somebody outside of a run leaves a span only when its trace is sampled, when the
    /// program fails at it, or when it is slow; until then it costs a comparison and one look at the
    /// clock. A change's span ends once its transaction is synced.
    func traced<Output>(
        _ tool: Tool,
        _ invocation: Invocation,
        _ prepare: (Invocation) async throws -> Prepared<Output>
    ) async throws -> Prepared<Output> {
        guard tracer.isOn else { return try await prepare(invocation) }
        let scope = invocation.scope
        let isQuery =
            (tool.effect == .read || tool.effect == .compute) && !scope.roles.contains(.aiAgent)
        guard !isQuery else {
            return try await tracedQuery(tool, invocation, prepare)
        }
        guard tracer.traces(command: scope.trace) else { return try await prepare(invocation) }
        let span = tracer.begin(
            tool.name,
            .tool,
            parent: scope.trace,
            organisation: scope.organisation,
            attributes: ["weft.effect": .string(tool.effect.rawValue)]
        )
        var inner = invocation
        inner.scope.trace = span.context
        do {
            switch try await prepare(inner) {
            case .done(let output):
                tracer.end(span)
                return .done(output)
            case .commit(let commit):
                return .commit(traced(commit, within: span, scope))
            }
        } catch {
            tracer.end(span, refused: error, scope)
            throw error
        }
    }

    private func tracedQuery<Output>(
        _ tool: Tool,
        _ invocation: Invocation,
        _ prepare: (Invocation) async throws -> Prepared<Output>
    ) async throws -> Prepared<Output> {
        do {
            let prepared = try await prepare(invocation)
            let end = tracer.now()
            if tracer.traces(query: invocation.scope.trace)
                || end - invocation.now >= tracer.sampling.slow
            {
                recordQuery(tool, invocation, end, .ok)
            }
            return prepared
        } catch {
            if (error as? any Fault)?.isOurs ?? !(error is CancellationError) {
                recordQuery(tool, invocation, tracer.now(), Span.Status(error))
            }
            throw error
        }
    }

    private func recordQuery(
        _ tool: Tool,
        _ invocation: Invocation,
        _ end: Timestamp,
        _ status: Observability.Span.Status
    ) {
        tracer.record(
            Span(
                name: tool.name,
                kind: .tool,
                context: tracer.child(of: invocation.scope.trace),
                parent: invocation.scope.trace.span,
                organisation: invocation.scope.organisation,
                start: invocation.now,
                duration: end - invocation.now,
                status: status,
                attributes: ["weft.effect": .string(tool.effect.rawValue)]
            )
        )
    }

    /// The change with two spans: its transaction from the body to the sync, and the whole call.
    private func traced<Output>(
        _ commit: @escaping @Sendable (any Transaction) throws -> Output,
        within span: OpenSpan,
        _ scope: Scope
    ) -> @Sendable (any Transaction) throws -> Output {
        { [tracer] transaction in
            let inner = tracer.begin(
                "transaction",
                .store,
                parent: span.context,
                organisation: scope.organisation
            )
            do {
                let output = try commit(transaction)
                transaction.afterCommit {
                    tracer.end(inner)
                    tracer.end(span)
                }
                return output
            } catch {
                tracer.end(inner, refused: error, scope)
                tracer.end(span, refused: error, scope)
                throw error
            }
        }
    }
}

extension Tracer {
    /// Ends a span whose work was refused or failed.
    ///
    /// That a person asked for what cannot be is no failure of the program; that an agent did, is one
    /// of the agent.
    fileprivate func end(_ span: OpenSpan, refused error: any Error, _ scope: Scope) {
        if let fault = error as? any Fault, !fault.isOurs, !scope.roles.contains(.aiAgent) {
            end(span, .ok, attributes: ["weft.refused": .string(fault.code)])
        } else {
            end(span, Span.Status(error))
        }
    }
}

extension Fault {
    /// Whether it is the program that failed, not the one who asked.
    var isOurs: Bool {
        switch kind {
        case .internal, .unavailable, .timeout: true
        default: false
        }
    }
}
