import Core
import Events
import Foundation
import Search
import Store
import StoreTesting
import Testing

@testable import Logistics

@Suite struct RecoverableOrderTests {
    @Test("Orders that were tried often enough stand in no other's way")
    func behind() async throws {
        let folder = NSTemporaryDirectory() + "weft-recovery-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try TestDatabase(path: folder + "/weft.db")
        try await database.migrate(
            EventLog.migrations + SearchTables.migrations + LogisticsSolution().migrations
        )
        let scope = Scope(
            organisation: ID(high: 0x0190_0000_0000_7000, low: 1 << 63 | 1),
            actor: Sample.actor,
            roles: [],
            trace: TraceContext(traceHigh: 1, traceLow: 1, span: 1)
        )
        let agent = Actor(
            id: ID(high: 1, low: 3),
            kind: .service,
            name: "logistics.recovery"
        )
        let demo = try DemoData.load(today: Sample.today)
        let depot = try #require(demo.depots.first)
        // Thirty were tried twice and failed each time; three, due a day later, were never.
        var orders: [Order] = []
        for number in 0..<33 {
            let day = number < 30 ? "2026-12-01" : "2026-12-02"
            var order = Order(
                id: ID(high: 7, low: 1 << 63 | UInt64(number)),
                reference: "LO-\(100_000 + number)",
                draft: try Sample.draft(Sample.order.with("requestedDate", .string(day))),
                customer: try Sample.customer(),
                at: Sample.moment,
                by: Sample.actor
            )
            try order.move(to: .failed, at: Sample.moment, by: Sample.actor)
            for _ in 0..<(number < 30 ? 2 : 0) {
                try order.retry(at: Sample.moment, by: agent)
                try order.move(to: .failed, at: Sample.moment, by: Sample.actor)
            }
            orders.append(order)
        }
        let customer = try Sample.customer()
        let found = try await database.transaction { [orders] transaction in
            for order in orders {
                _ = try Orders(scope: scope).add(
                    order,
                    customer: customer,
                    depot: depot,
                    in: transaction
                )
            }
            return try RecoverableOrder.all(scope: scope, at: Sample.moment, in: transaction)
                .map { ($0.order.reference, $0.isWorthTrying) }
        }
        let worth = found.filter(\.1).map(\.0)
        #expect(worth == ["LO-100030", "LO-100031", "LO-100032"])
        // Of those that are not, no more than twenty are told.
        #expect(found.count { !$0.1 } == 20)
    }
}
