public import Core
public import Privacy
public import Store

/// What is kept of persons in answers to requests with an `Idempotency-Key`: in clear, for a day.
public struct KeptAnswers: PersonHolder {
    /// The holder.
    public init() {}

    /// `answers`.
    public var name: String { "answers" }

    /// Nothing that is not elsewhere: the answers are copies.
    public func export(
        _ subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON? { nil }

    /// Forgets them: the same request is then one about a person who is not here any more.
    ///
    /// - Throws: `StoreError`.
    public func erase(
        _ subject: DataSubject,
        scope: Scope,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> [(what: String, count: Int)] {
        [
            (
                "kept answers",
                try transaction.executeCounting(
                    "DELETE FROM idempotency WHERE organisation = ? AND person = ?",
                    [.id(scope.organisation), .text(subject.description)]
                )
            )
        ]
    }
}
