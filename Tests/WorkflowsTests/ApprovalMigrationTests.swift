import Agents
import Core
import Events
import Foundation
import Identity
import Store
import StoreTesting
import Testing

@testable import Workflows

@Suite struct ApprovalMigrationTests {
    @Test("What was asked before approvals had a room of their own is there with its answer")
    func copies() async throws {
        let folder = NSTemporaryDirectory() + "weft-migration-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let database = try TestDatabase(path: folder + "/weft.db")
        let all = EventLog.migrations + AgentJournal.migrations + ExecutionTables.migrations
        let old = all.filter {
            $0.module != "approvals" && !($0.module == "workflow-tokens" && $0.version > 1)
        }
        try await database.migrate(old)
        let organisation: ID<Organisation> = ID(high: 1, low: 1)
        let ana = Actor(id: ID(high: 2, low: 2), kind: .person, name: "Ana")
        @Sendable func id(_ number: UInt64) -> ID<Approval> { ID(high: 3, low: number) }
        let rows: [(UInt64, String, Bool?)] = [
            (1, "granted", true), (2, "refused", false), (3, "waits", nil), (4, "gone", nil),
            // The same token was asked about twice.
            (5, "waits", nil),
        ]
        try await database.transaction { transaction in
            try transaction.execute(
                """
                INSERT INTO workflow_token (token, organisation, execution, step, activity, taken,
                    since) VALUES ('waits', ?, ?, 1, '', 1, 5)
                """,
                [.id(organisation), .id(id(99))]
            )
            for (number, token, approved) in rows {
                try transaction.execute(
                    """
                    INSERT INTO workflow_approval (id, organisation, token, execution, title,
                        details, roles, requested_at, decided_at, decided_by, approved, comment)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        .id(id(number)), .id(organisation), .text(token), .id(id(99)),
                        .text("Question \(number)"), .json(["n": .int(Int(number))]),
                        .json(["admin"]), .int(Int64(number)),
                        approved == nil ? .null : .int(Int64(50)),
                        approved == nil ? .null : .json(ana.json),
                        approved.map { .bool($0) } ?? .null,
                        approved == nil ? .null : .text("said"),
                    ]
                )
            }
        }
        try await database.migrate(all)
        let approvals = Approvals(
            events: EventLog(database: database),
            audit: .init(
                database: database,
                clock: ManualClock(now: Timestamp(microseconds: 100))
            ),
            ids: IDGenerator(
                clock: ManualClock(now: Timestamp(microseconds: 100)),
                random: SystemRandom()
            )
        )
        let found = try await database.read { reader in
            try rows.map { try approvals.get(id($0.0), organisation: organisation, in: reader) }
        }
        #expect(
            found.map(\.state) == [
                .approved(by: ana, comment: "said"), .rejected(by: ana, comment: "said"), .open,
                .withdrawn, .withdrawn,
            ]
        )
        #expect(found.map(\.request.title) == (1...5).map { "Question \($0)" })
        #expect(found.map(\.request.details) == (1...5).map { ["n": .int($0)] })
        #expect(found.allSatisfy { $0.roles == ["admin"] && $0.request.kind == .task })
        #expect(found.map(\.requestedAt.microseconds) == [1, 2, 3, 4, 5])
        #expect(found[2].request.key == "waits")
        #expect(found[0].closedAt?.microseconds == 50)
    }
}
