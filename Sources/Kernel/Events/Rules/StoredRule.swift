public import Core

/// A rule that an organisation has made.
public struct StoredRule: Sendable {
    /// Unique within the organisation; it stays.
    public var name: String
    /// What it is for.
    public var description: String
    /// What it matches.
    public var pattern: JSON
    /// Where it sends what it matches.
    public var target: RuleTarget
    /// Whether it does anything.
    public var isEnabled: Bool
    /// Raised with every change.
    public var version: Int
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was changed last.
    public var changedAt: Timestamp

    /// A rule.
    public init(
        name: String,
        description: String,
        pattern: JSON,
        target: RuleTarget,
        isEnabled: Bool,
        version: Int = 1,
        createdAt: Timestamp,
        changedAt: Timestamp
    ) {
        self.name = name
        self.description = description
        self.pattern = pattern
        self.target = target
        self.isEnabled = isEnabled
        self.version = version
        self.createdAt = createdAt
        self.changedAt = changedAt
    }

    /// `{"name","description","pattern","target","enabled","version","createdAt","changedAt"}`.
    public var json: JSON {
        [
            "name": .string(name), "description": .string(description), "pattern": pattern,
            "target": target.json, "enabled": .bool(isEnabled), "version": .int(version),
            "createdAt": createdAt.json, "changedAt": changedAt.json,
        ]
    }
}
