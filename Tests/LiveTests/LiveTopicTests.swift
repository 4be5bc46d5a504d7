import Core
import Events
import Foundation
import Store
import StoreTesting
import Testing

@testable import Live

@Suite struct LiveTopicTests {
    @Test("A name finds its topic and member")
    func finding() {
        let topics = LiveWorld.topics
        #expect(topics.find("orders") == LiveTopics.Found(index: 0))
        #expect(topics.find("orders/7") == LiveTopics.Found(index: 1, id: "7"))
        #expect(topics.find("orders/7/8") == LiveTopics.Found(index: 1, id: "7/8"))
        #expect(topics.find("inbox") == LiveTopics.Found(index: 4))
        for name in ["", "order", "orders/", "Orders", "inbox/1", "devices"] {
            #expect(topics.find(name) == nil)
        }
    }

    @Test("An event belongs to the topics of its type, with the member it names")
    func names() {
        func names(_ type: String, order: String? = nil, subject: String? = nil) -> [String] {
            LiveWorld.topics.names(of: LiveWorld.event(1, type, order: order, subject: subject))
        }
        #expect(names("order.placed", order: "7") == ["orders", "orders/7"])
        #expect(names("order.placed") == ["orders"])
        #expect(names("orders.placed", order: "7") == [])
        #expect(names("booking.made", order: "7") == ["orders/7", "bookings"])
        #expect(names("booking.cancelled", order: "7") == ["bookings"])
        #expect(names("device.seen", subject: "device:3") == ["devices/3"])
        #expect(names("device.seen", subject: "gateway:3") == [])
    }
}

@Suite struct LogPageTests {
    private static let other = ID<Organisation>(high: 0x7000, low: 0x8000_0000_0000_0012)

    /// A log of 600 events, each third of another organisation.
    private static func log(in folder: URL) async throws -> EventLog {
        let database = try TestDatabase(path: folder.path + "/weft.db")
        try await database.migrate(EventLog.migrations)
        let log = EventLog(database: database)
        let random = SeededRandom(seed: 1)
        let ids = IDGenerator(clock: ManualClock(now: LiveWorld.start), random: random)
        try await database.transaction { transaction in
            for number in 1...600 {
                let scope = Scope(
                    organisation: number % 3 == 0 ? other : LiveWorld.organisation,
                    actor: LiveWorld.principal().actor,
                    roles: [],
                    trace: TraceContext(random: random)
                )
                try log.append(
                    Event(
                        id: ids.next(),
                        source: "weft/test",
                        type: "order.placed",
                        subject: "order:\(number)",
                        time: LiveWorld.start,
                        data: ["number": .int(number)],
                        scope: scope
                    ),
                    in: transaction
                )
            }
        }
        return log
    }

    @Test(
        "Pages lead through the log of one organisation without a gap, and see nothing of another"
    )
    func pages() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weft-log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = try await Self.log(in: folder)
        var subjects: [String] = []
        var place: Int64 = 0
        while true {
            let page = try await log.page(after: place, of: LiveWorld.organisation, limit: 7)
            #expect(page.events.count <= 7 && page.through > place)
            subjects += page.events.compactMap(\.subject)
            place = page.through
            if page.isEnd { break }
        }
        #expect(subjects == (1...600).filter { $0 % 3 != 0 }.map { "order:\($0)" })
        #expect(try await log.head() == place)
        let beyond = try await log.page(after: place + 9, of: LiveWorld.organisation, limit: 7)
        #expect(beyond.events.isEmpty && beyond.isEnd && beyond.through == place)
    }
}
