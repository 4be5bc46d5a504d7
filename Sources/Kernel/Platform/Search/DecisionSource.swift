public import Agents
import Core
import Privacy
public import Search
import Store

/// What of a decision is found by search: what it is about, what was chosen and why.
public enum DecisionSource {
    /// The collection.
    public static let collection = "decisions"

    /// The source over a journal.
    ///
    /// What is sealed in a decision's words is left out: it opens only where its person's key is.
    public static func source(_ journal: AgentJournal) -> SearchSource {
        SearchSource(
            collection: collection,
            title: "Decisions",
            roles: PlatformTools.members,
            link: { "/api/decisions/\($0)" },
            document: { id, scope, reader in
                guard let id = ID<Decision>(id),
                    let decision = try journal.decision(id, scope: scope, in: reader)
                else { return nil }
                let words = ["choice", "rationale"].compactMap { decision[$0]?.string }
                    .map(Privacy.withoutSealed)
                let agent = decision["agent"]?.string ?? ""
                let subject = decision["subject"]?.string ?? ""
                var fields: JSONObject = [
                    "agent": .string(agent), "subject": .string(String(subject.prefix(200))),
                ]
                if let task = decision["task"]?.string, !task.isEmpty {
                    fields["task"] = .string(String(task.prefix(200)))
                }
                if let at = decision["at"]?.string.flatMap({ Timestamp($0) }) {
                    fields["at"] = .int(at.microseconds)
                }
                return SearchDocument(
                    id: id.description,
                    title: String((words.first ?? "").prefix(SearchDocument.longestTitle)),
                    body: String(
                        ([subject, agent] + words.dropFirst()).joined(separator: "\n")
                            .prefix(SearchDocument.longestBody)
                    ),
                    fields: fields
                )
            }
        )
    }
}
