/// Something that lasts until it is acknowledged or over, and what a message says about it.
public struct Incident: Sendable, Hashable {
    /// What a message does to the incident, in PagerDuty's words.
    public enum Action: String, Sendable, CaseIterable {
        /// It is there.
        case trigger
        /// Somebody sees to it.
        case acknowledge
        /// It is over.
        case resolve
    }

    /// Names the incident within its organisation, for instance `alarm:<id>`; 1 to 200 characters.
    public var key: String
    /// What the message does.
    public var action: Action

    /// An incident.
    public init(_ key: String, _ action: Action = .trigger) {
        self.key = key
        self.action = action
    }
}
