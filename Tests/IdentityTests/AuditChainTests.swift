import Core
import Store
import Testing

@testable import Identity

@Suite struct AuditChainTests {
    /// A world whose organisation has at least six entries.
    private static func filled() async throws -> IdentityWorld {
        let world = try await IdentityWorld()
        try await world.database.transaction { [audit = world.parts.audit, scope = world.ada] in
            for number in 1...5 {
                try audit.append(
                    "thing.done",
                    subject: "thing:\(number)",
                    detail: ["number": .int(number), "weight": 1.5, "name": "Käse \"}"],
                    scope: scope,
                    in: $0
                )
            }
        }
        return world
    }

    private static func verify(
        _ world: IdentityWorld,
        noted: [AuditChain.Head] = []
    ) async throws -> AuditFile.Report {
        try await world.database.read {
            try AuditLog.verify(world.organisation.id, noted: noted, in: $0)
        }
    }

    private static func export(_ world: IdentityWorld) async throws -> [String] {
        try await world.database.read { reader in
            var lines: [String] = []
            try AuditLog.export(world.organisation.id, at: world.clock.now(), in: reader) {
                lines.append($0.text())
            }
            return lines
        }
    }

    /// SHA-256 of 32 zero bytes and `{}`, by `(printf '\0%.0s' {1..32}; printf '{}') | sha256sum`.
    @Test("A hash covers the one before and the canonical JSON")
    func formula() throws {
        #expect(
            try AuditChain.hash([:], after: AuditChain.genesis)
                == "fb1634c4e6cd4b1f1afe3ce2d6ef080f7ac5d1f357d723ad4dfca782733b62db"
        )
    }

    @Test("A log that nobody touched is whole, and its entries count from 1")
    func whole() async throws {
        let world = try await Self.filled()
        let report = try await Self.verify(world)
        #expect(report.broken == nil)
        let entries = try await world.parts.audit.list(scope: world.ada)
        #expect(report.head.seq == Int64(entries.count))
        #expect(report.head.hash == entries.first?.hash)
        #expect(entries.map(\.seq) == (1...Int64(entries.count)).reversed())
    }

    enum Tampering: String, CaseIterable {
        case detail, actor, time, subject, outcome, trace, hash, deleteMiddle, deleteFirst
        case swap, cutOff, cutOffWithHead, headBack, headGone, insertLoose, renumber
        case otherOrganisation

        /// Which of the six entries of the log is to be found broken.
        var brokenAt: Int64? {
            switch self {
            case .detail, .actor, .time, .subject, .outcome, .trace, .hash, .deleteMiddle: 3
            case .swap, .otherOrganisation: 3
            case .deleteFirst: 1
            case .cutOff: 6
            case .renumber: 6
            case .headBack: 6
            case .headGone: 6
            case .insertLoose: 7
            case .cutOffWithHead: nil
            }
        }

        var statements: [String] {
            let third = "WHERE number = 3 AND subject LIKE 'thing:%'"
            switch self {
            case .detail:
                return ["UPDATE identity_audit SET detail = replace(detail, '1.5', '1.6') \(third)"]
            case .actor:
                return ["UPDATE identity_audit SET actor = replace(actor, 'Ada', 'Eve') \(third)"]
            case .time: return ["UPDATE identity_audit SET at = at + 1 \(third)"]
            case .subject: return ["UPDATE identity_audit SET subject = 'thing:9' \(third)"]
            case .outcome: return ["UPDATE identity_audit SET outcome = 'refused' \(third)"]
            case .trace: return ["UPDATE identity_audit SET trace = '' \(third)"]
            case .hash: return ["UPDATE identity_audit SET hash = replace(hash, 'a', 'b') \(third)"]
            case .deleteMiddle: return ["DELETE FROM identity_audit \(third)"]
            case .deleteFirst:
                return ["DELETE FROM identity_audit WHERE number = 1 AND organisation = ?"]
            case .swap:
                return [
                    "UPDATE identity_audit SET number = 99 \(third)",
                    "UPDATE identity_audit SET number = 3 WHERE subject = 'thing:3'",
                    "UPDATE identity_audit SET number = 4 WHERE number = 99",
                ]
            case .cutOff: return ["DELETE FROM identity_audit WHERE subject = 'thing:5'"]
            case .cutOffWithHead:
                return [
                    "DELETE FROM identity_audit WHERE subject = 'thing:5'",
                    """
                    UPDATE identity_audit_head SET number = 5, hash =
                        (SELECT hash FROM identity_audit WHERE subject = 'thing:4')
                    WHERE number = 6
                    """,
                ]
            case .headBack:
                return [
                    """
                    UPDATE identity_audit_head SET number = 5, hash =
                        (SELECT hash FROM identity_audit WHERE subject = 'thing:4')
                    WHERE number = 6
                    """
                ]
            case .headGone: return ["DELETE FROM identity_audit_head"]
            case .insertLoose:
                return [
                    """
                    INSERT INTO identity_audit
                        (organisation, at, actor, action, subject, outcome, detail, trace)
                    SELECT organisation, at, actor, action, subject, outcome, detail, trace
                    FROM identity_audit WHERE subject = 'thing:1'
                    """
                ]
            case .renumber:
                return ["UPDATE identity_audit SET number = 60 WHERE subject = 'thing:5'"]
            case .otherOrganisation:
                return [
                    """
                    UPDATE identity_audit SET organisation = '00000000-0000-7000-8000-000000000001',
                        number = 88 \(third)
                    """
                ]
            }
        }
    }

    @Test("Tampering is found, and where", arguments: Tampering.allCases)
    func tampering(_ what: Tampering) async throws {
        let world = try await Self.filled()
        let before = try await Self.verify(world)
        // The account's creation is the first entry, the five things follow.
        #expect(before.head.seq == 6)
        try await world.database.transaction { [id = world.organisation.id] transaction in
            for statement in what.statements {
                let values: [SQLValue] = statement.contains("?") ? [.id(id)] : []
                try transaction.execute(statement, values)
            }
        }
        let found = try await Self.verify(world)
        #expect(found.broken?.seq == what.brokenAt, "\(found.broken?.why ?? "whole")")
        // A head that was noted elsewhere finds what nothing else does.
        let noted = try await Self.verify(world, noted: [before.head])
        #expect(noted.broken != nil)
    }

    @Test("What is cut off an exported file, changed or moved in it is found without a store")
    func file() async throws {
        let world = try await Self.filled()
        let lines = try await Self.export(world)
        func check(_ lines: [String], noted: [AuditChain.Head] = []) throws -> AuditFile.Report? {
            let text = lines.joined(separator: "\n") + "\n"
            return try AuditFile.verify(Array(text.utf8), noted: noted).first
        }
        let good = try #require(try check(lines))
        #expect(good.broken == nil)
        #expect(good.head.seq == 6)
        #expect(try check(lines, noted: [good.head])?.broken == nil)
        let other = AuditChain.Head(seq: 6, hash: AuditChain.genesis)
        #expect(try check(lines, noted: [other])?.broken?.seq == 6)

        var changed = lines
        changed[2] = changed[2].replacing("thing:2", with: "thing:8")
        #expect(try check(changed)?.broken?.seq == 3)
        var removed = lines
        removed.remove(at: 2)
        #expect(try check(removed)?.broken?.seq == 3)
        var swapped = lines
        swapped.swapAt(2, 3)
        #expect(try check(swapped)?.broken?.seq == 3)
        #expect(try check(Array(lines.dropLast(2)))?.broken?.seq == 6)
        var tail = lines
        tail.remove(at: 5)
        #expect(try check(tail)?.broken?.seq == 6)
        #expect(throws: GeneralFault.self) { try check(["{\"organisation\":1}"]) }
        #expect(throws: GeneralFault.self) { try check(["no JSON"]) }
    }

    @Test("Entries of before there were chains are chained at the next start, and never again")
    func adoption() async throws {
        let world = try await Self.filled()
        try await world.database.transaction {
            try $0.execute("UPDATE identity_audit SET number = NULL, hash = NULL", [])
            try $0.execute("DELETE FROM identity_audit_head", [])
        }
        #expect(try await Self.verify(world).broken != nil)
        try await world.parts.audit.adopt()
        let first = try await Self.verify(world)
        #expect(first.broken == nil)
        #expect(first.head.seq == 6)
        try await world.database.transaction {
            try $0.execute("UPDATE identity_audit SET hash = NULL WHERE number = 6", [])
        }
        try await world.parts.audit.adopt()
        #expect(try await Self.verify(world).broken?.seq == 6)
    }

    @Test("Each organisation's log has a chain of its own, and filters find entries")
    func filters() async throws {
        let world = try await Self.filled()
        let other = try await world.addOrganisation("Other")
        _ = try await world.addPerson("bob@example.org", in: other.id)
        #expect(try await Self.verify(world).head.seq == 6)
        let audit = world.parts.audit
        func subjects(_ change: (inout AuditFilter) -> Void) async throws -> [String] {
            var filter = AuditFilter()
            change(&filter)
            return try await audit.list(scope: world.ada, filter: filter).map(\.subject)
        }
        #expect(try await subjects { $0.subject = "thing" }.count == 5)
        #expect(try await subjects { $0.subject = "thing:2" } == ["thing:2"])
        #expect(try await subjects { $0.action = "account.*" }.count == 1)
        #expect(try await subjects { $0.action = "thing" }.isEmpty)
        #expect(try await subjects { $0.actor = "ADA" }.count == 5)
        #expect(try await subjects { $0.actor = world.person.id.description }.count == 5)
        #expect(try await subjects { $0.actor = "%" }.isEmpty)
        #expect(try await subjects { $0.outcome = .refused }.isEmpty)
        #expect(try await subjects { $0.from = IdentityWorld.start + .seconds(1) }.isEmpty)
        #expect(try await subjects { $0.to = IdentityWorld.start }.isEmpty)
        let page = try await audit.list(scope: world.ada, before: 4, limit: 2)
        #expect(page.map(\.seq) == [3, 2])
    }
}
