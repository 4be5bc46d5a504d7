import Core

/// A message on its way to a channel target or a person's phone.
struct TargetMessage: Sendable, Hashable {
    var message: Message
    /// What it is about, when it lasts.
    var incident: Incident?
    /// Names the message, the same at every attempt.
    var id: ID<Outbox.Entry>
    /// When it was told.
    var at: Timestamp
    /// Precedes links that are paths; without it such links are left out.
    var linkBase: String?

    /// The whole address of the link.
    var link: String? {
        guard let link = message.link else { return nil }
        guard link.hasPrefix("/") else { return link }
        guard let base = linkBase else { return nil }
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + link
    }

    /// The first so many characters, with an ellipsis where more are cut off.
    static func short(_ text: String, _ count: Int) -> String {
        text.count > count ? text.prefix(count - 1) + "…" : text
    }

    /// The body without white space around it.
    var body: String {
        let lines = message.body.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.last?.isWhitespace == true ? $0.dropLast() : $0 }
        let first = lines.firstIndex { !$0.isEmpty } ?? lines.endIndex
        let last = lines.lastIndex { !$0.isEmpty } ?? first
        return first < lines.endIndex ? lines[first...last].joined(separator: "\n") : ""
    }
}
