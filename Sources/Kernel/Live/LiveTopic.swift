public import Core
import Events
public import Store

/// Something that can be followed live: a name, who may, and which events belong to it.
///
/// ```swift
/// LiveTopic("orders", roles: members, events: ["order.*", "booking.*"])
/// LiveTopic("orders/{id}", roles: members, events: ["order.*"], member: .data("orderId")) {
///     try Orders(scope: $1).exists($0, in: $2)
/// }
/// ```
public struct LiveTopic: Sendable {
    /// Where an event names the member `{id}` of a topic it belongs to.
    public enum Member: Sendable {
        /// The subject, after this prefix, for instance `order:`.
        case subject(String)
        /// This member of the event's data.
        case data(String)
    }

    /// Whether the scope's organisation has that member.
    public typealias Existence = @Sendable (String, Scope, any Reader) throws -> Bool

    /// The name, for instance `orders`, or with a member `orders/{id}`.
    public let pattern: String
    /// Who may follow it; none of them: everybody who is signed in.
    public let roles: Set<Role>
    /// Whether everybody sees only what is theirs, as an inbox.
    public let isOwn: Bool
    /// Types of events, each whole or with `.*` for all that begin alike.
    let events: [EventTypes]
    let member: Member?
    let exists: Existence?
    /// The name without the member: `orders/` or `orders`.
    let stem: String

    /// A topic.
    ///
    /// - Parameters:
    ///   - pattern: the name; `{id}` stands for a member and comes last, after a slash.
    ///   - roles: who may follow it; empty for everybody who is signed in.
    ///   - events: the types of events that belong to it; none where there are only hints.
    ///   - member: where an event names its member; needed with `{id}` and events.
    ///   - isOwn: whether everybody follows only what is theirs.
    ///   - exists: whether a member exists; needed with `{id}`.
    public init(
        _ pattern: String,
        roles: Set<Role>,
        events: [String] = [],
        member: Member? = nil,
        isOwn: Bool = false,
        exists: Existence? = nil
    ) {
        let hasMember = pattern.hasSuffix("/{id}")
        precondition(hasMember == (exists != nil), "\(pattern): {id} and its check belong together")
        precondition(!hasMember || events.isEmpty || member != nil, "\(pattern) finds no member")
        self.pattern = pattern
        self.roles = roles
        self.events = events.map(EventTypes.init)
        self.member = member
        self.isOwn = isOwn
        self.exists = exists
        stem = hasMember ? String(pattern.dropLast(4)) : pattern
    }

    var hasMember: Bool { exists != nil }

    /// Whether somebody with these roles may follow it.
    func admits(_ held: Set<Role>) -> Bool { roles.isEmpty || !roles.isDisjoint(with: held) }
}

/// Types of events: one, or all that begin alike.
struct EventTypes: Sendable {
    private let text: String
    private let isPrefix: Bool

    init(_ pattern: String) {
        isPrefix = pattern.hasSuffix(".*")
        text = isPrefix ? String(pattern.dropLast()) : pattern
    }

    func contains(_ type: String) -> Bool { isPrefix ? type.hasPrefix(text) : type == text }
}

/// All topics of the program.
struct LiveTopics: Sendable {
    let all: [LiveTopic]

    init(_ topics: [LiveTopic]) {
        precondition(Set(topics.map(\.pattern)).count == topics.count, "a topic is declared twice")
        all = topics
    }

    /// A topic as somebody names it.
    struct Found: Sendable, Equatable {
        /// Its place in `all`.
        var index: Int
        /// The member; nil for a topic without.
        var id: String?
    }

    func find(_ name: String) -> Found? {
        for (index, topic) in all.enumerated() {
            if !topic.hasMember {
                if name == topic.pattern { return Found(index: index) }
                continue
            }
            guard name.hasPrefix(topic.stem), name.utf8.count > topic.stem.utf8.count else {
                continue
            }
            return Found(index: index, id: String(name.dropFirst(topic.stem.count)))
        }
        return nil
    }

    /// The names of the topics that an event belongs to.
    func names(of event: LoggedEvent) -> [String] {
        var names: [String] = []
        var data: JSON?
        for topic in all where topic.events.contains(where: { $0.contains(event.type) }) {
            guard topic.hasMember else {
                names.append(topic.pattern)
                continue
            }
            switch topic.member {
            case .subject(let prefix):
                guard let subject = event.subject, subject.hasPrefix(prefix) else { continue }
                names.append(topic.stem + subject.dropFirst(prefix.count))
            case .data(let key):
                if data == nil { data = (try? JSON(parsing: event.data)) ?? .null }
                if let id = data?[key]?.string { names.append(topic.stem + id) }
            case nil: continue
            }
        }
        return names
    }
}
