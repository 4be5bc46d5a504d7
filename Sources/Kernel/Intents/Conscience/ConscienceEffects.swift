public import Core
public import Store

/// What the Conscience does to the world beyond its own tables, within its transaction.
public protocol ConscienceEffects: Sendable {
    /// The authority that it acts on in an organisation.
    ///
    /// - Throws: `StoreError`, or what accounts throw.
    func scope(in organisation: ID<Organisation>) async throws -> Scope

    /// Starts a remediation's workflow; the same name starts it once.
    ///
    /// - Returns: the run's id.
    /// - Throws: a fault when there is no such workflow; `StoreError`.
    func start(
        _ offer: RemediationOffer,
        input: JSON,
        name: String,
        about intent: Intent,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> String

    /// Stops a run that may have ended already.
    ///
    /// - Throws: `StoreError`.
    func stop(
        _ execution: String,
        cause: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws

    /// How a run stands.
    ///
    /// - Throws: `StoreError`.
    func standing(
        of execution: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> ConscienceRound.Standing

    /// Writes an event.
    ///
    /// - Throws: `StoreError`.
    func emit(
        _ type: String,
        _ intent: Intent,
        _ data: JSON,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws

    /// Tells people.
    ///
    /// - Throws: `StoreError`, or what channels throw.
    func tell(
        _ news: ConscienceNews,
        of intent: Intent,
        effect: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws
}

/// What people hear from the Conscience.
public enum ConscienceNews: Sendable, Hashable {
    /// An intent drifts.
    case drifting(String)
    /// Somebody must agree to a remediation, and why.
    case asks(ID<RemediationRecord>, RemediationOffer, String)
    /// Nobody must any more.
    case asksNoMore(ID<RemediationRecord>)
    /// Nothing more can be done by itself.
    case escalated(String)
    /// A drift is over.
    case recovered
    /// A drift is over because the intent is: nobody need answer any more, and nothing got better.
    case over
    /// An intent was closed.
    case closed(Intent.Status, String)
}
