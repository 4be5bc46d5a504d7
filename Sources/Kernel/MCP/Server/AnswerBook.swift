import Core
import Synchronization

/// What a client has answered so far, for a request that comes again with each round of answers.
final class AnswerBook: Sendable {
    private let fresh: [String: JSON]
    private let kept: Mutex<[String: JSON]>

    /// - Parameters:
    ///   - earlier: what earlier rounds have given, by the sealed state.
    ///   - fresh: what came with this request.
    init(earlier: [String: JSON], fresh: [String: JSON]) {
        self.fresh = fresh
        kept = Mutex(earlier)
    }

    /// The answers to `questions`.
    ///
    /// What is there but was not asked for is left alone.
    ///
    /// - Throws: `InputRequired` when some are missing; `RPCError` for one that cannot be read.
    func answers(to questions: [ClientQuestion]) throws -> [String: JSON] {
        var answers: [String: JSON] = [:]
        var missing: [ClientQuestion] = []
        for question in questions {
            if let known = kept.withLock({ $0[question.key] }) {
                answers[question.key] = known
                continue
            }
            guard let answer = fresh[question.key] else {
                missing.append(question)
                continue
            }
            if let complaint = question.complaint(about: answer) {
                throw RPCError.invalidParams(
                    complaint,
                    pointer: "/params/inputResponses/" + JSON.pointerToken(question.key)
                )
            }
            guard question.isComplete(answer) else {
                missing.append(question)
                continue
            }
            kept.withLock { $0[question.key] = answer }
            answers[question.key] = answer
        }
        guard missing.isEmpty else {
            throw InputRequired(questions: missing, answered: kept.withLock { $0 })
        }
        return answers
    }
}
