import Core
import Store
import Synchronization

/// The rules in force, those of the program and those of each organisation, compiled into one automaton for
/// each organisation.
final class RuleTable: Sendable {
    /// The rules of one organisation with the program's.
    struct Entry: Sendable {
        var machine: PatternMachine
        var rules: [EventRule]
    }

    /// The rules of all organisations as they stood at one revision.
    struct Snapshot: Sendable {
        var revision: Int64
        var common: Entry
        var own: [ID<Organisation>: Entry]

        func entry(for organisation: ID<Organisation>) -> Entry { own[organisation] ?? common }
    }

    private let common: [EventRule]
    private let target: @Sendable (RuleTarget) -> any EventTarget
    private let latest: Mutex<Snapshot>

    init(_ rules: [EventRule], target: @escaping @Sendable (RuleTarget) -> any EventTarget) {
        common = rules
        self.target = target
        latest = Mutex(
            Snapshot(
                revision: 0,
                common: Entry(machine: PatternMachine(rules.map(\.pattern)), rules: rules),
                own: [:]
            )
        )
    }

    /// How often rules were changed.
    static func revision(in reader: any Reader) throws -> Int64 {
        try reader.first(
            "SELECT seq FROM event_cursor WHERE name = ?",
            [.text(EventRules.revisionName)]
        ) { try $0.int(0) } ?? 0
    }

    /// The rules at a revision, compiled anew when they were changed since the last time.
    func snapshot(at revision: Int64, in database: any Database) async throws -> Snapshot {
        let known = latest.withLock { $0 }
        if known.revision == revision { return known }
        let (now, stored) = try await database.read { reader in
            (try Self.revision(in: reader), try EventRules().enabled(in: reader))
        }
        var fresh = Snapshot(revision: now, common: known.common, own: [:])
        var lists: [ID<Organisation>: [EventRule]] = [:]
        for (organisation, rule) in stored {
            // A rule that this version of the program refuses holds up no other.
            guard let pattern = try? Pattern(rule.pattern) else { continue }
            lists[organisation, default: []].append(
                EventRule(name: rule.name, pattern: pattern, target: target(rule.target))
            )
        }
        for (organisation, own) in lists {
            let rules = common + own
            fresh.own[organisation] = Entry(
                machine: PatternMachine(rules.map(\.pattern)),
                rules: rules
            )
        }
        let snapshot = fresh
        latest.withLock { $0 = snapshot }
        return snapshot
    }

    /// A rule by name, as it stands now: the program's or the organisation's, also one that is switched off.
    func rule(_ name: String, scope: Scope, in reader: any Reader) throws -> EventRule {
        if let found = common.first(where: { $0.name == name }) { return found }
        return try eventRule(try EventRules().rule(name, scope: scope, in: reader))
    }

    private func eventRule(_ rule: StoredRule) throws -> EventRule {
        EventRule(
            name: rule.name,
            pattern: try Pattern(rule.pattern),
            target: target(rule.target)
        )
    }

    /// The names of the program's rules, which an organisation cannot take.
    var commonNames: [String] { common.map(\.name) }
}
