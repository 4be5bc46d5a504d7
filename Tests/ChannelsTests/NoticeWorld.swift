import Core
import Foundation
import Observability
import Store
import Synchronization
import Testing
import Vault

@testable import Channels

/// Everything that tells people, over a real store, with a clock that is moved by hand.
final class NoticeWorld: Sendable {
    let post: PostOffice
    let channels: ChannelsAssembly
    let web = RecordingClient()
    let ana: Recipient
    let ben: Recipient
    let scope: Scope

    var clock: ManualClock { post.clock }

    init() async throws {
        post = try await PostOffice()
        scope = post.ana
        let ids = IDGenerator(clock: post.clock, random: post.random)
        ana = Recipient(id: scope.actor.id, name: "Ana", email: "ana@example.com")
        ben = Recipient(id: ids.next(), name: "Ben", email: "ben@example.com")
        channels = ChannelsAssembly(
            outbox: post.outbox,
            templates: try MessageTemplates(),
            people: Staff(members: [(ana, ["admin"]), (ben, ["operator"])]),
            vault: try Vault(key: Array(0..<32)),
            pushKey: try P256Key.generate(),
            contact: "mailto:weft@example.com",
            addresses: TargetAddresses(),
            ids: ids,
            clock: post.clock
        )
    }

    /// One row of the outbox.
    struct Entry: Hashable {
        var channel: String
        var address: String
        var subject: String
        var status: String
        var due: Timestamp
        var action: String?
    }

    func entries(_ condition: String = "1 = 1") async throws -> [Entry] {
        try await post.database.query(
            """
            SELECT channel, address, subject, status, due_at, action FROM channels_outbox
            WHERE \(condition) ORDER BY \(post.inserted)
            """,
            []
        ) { row in
            Entry(
                channel: try row.text(0),
                address: try row.text(1),
                subject: try row.text(2),
                status: try row.text(3),
                due: try row.timestamp(4),
                action: try row.optionalText(5)
            )
        }
    }

    @discardableResult
    func tell(_ notice: Notice) async throws -> Int {
        try await post.database.transaction { [self] transaction in
            try channels.notices.tell(notice, scope: scope, in: transaction)
        }
    }

    func raise(_ notice: Notice) async throws {
        try await post.database.transaction { [self] transaction in
            try channels.escalations.raise(notice, scope: scope, in: transaction)
        }
    }

    /// Sets how somebody wants to be told.
    func prefer(_ person: Recipient, _ json: JSON) async throws {
        var scope = scope
        scope.actor.id = person.id
        let choice = try PersonalPreferences(JSONReader(json))
        try await post.database.transaction { [self, scope] transaction in
            try channels.preferences.set(choice, scope: scope, in: transaction)
        }
    }

    func target(_ json: JSON) async throws -> ChannelTarget {
        try await post.database.transaction { [self] transaction in
            try channels.targets.add(JSONReader(json), scope: scope, in: transaction)
        }
    }

    func policy(_ json: JSON) async throws -> EscalationPolicy {
        try await post.database.transaction { [self] transaction in
            try channels.escalations.add(JSONReader(json), scope: scope, in: transaction)
        }
    }

    /// Takes the steps that are due, as the service does.
    func takeSteps() async throws {
        let escalations = channels.escalations
        while try await post.database.transaction({ try escalations.takeDueSteps(in: $0) }) > 0 {}
    }

    /// Sends while `body` runs.
    func dispatching(_ body: () async throws -> Void) async throws {
        let dispatch = ChannelDispatch(
            post.outbox,
            database: post.database,
            client: web,
            senders: ChannelSenders(
                targets: channels.targets,
                push: channels.push,
                pushSender: channels.pushSender,
                linkBase: nil
            ),
            policy: RetryPolicy(attempts: 8),
            clock: clock,
            random: post.random,
            metrics: post.metrics,
            log: Logger(sink: StandardErrorLog(), clock: clock, minimum: .error)
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await dispatch.run {} }
            try await body()
            group.cancelAll()
        }
    }

    /// Waits until a condition holds.
    func wait(_ condition: () async throws -> Bool) async throws {
        let limit = ContinuousClock.now + .seconds(120)
        while try await !condition() {
            try #require(ContinuousClock.now < limit, "waited too long")
            try await Task.sleep(for: .milliseconds(3))
        }
    }
}

/// People with roles.
struct Staff: People {
    var members: [(person: Recipient, roles: Set<Role>)]

    func people(
        with roles: Set<Role>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> [Recipient] {
        members.filter { !$0.roles.isDisjoint(with: roles) }.map(\.person)
    }

    func person(
        _ id: ID<Account>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> Recipient? {
        members.first { $0.person.id == id }?.person
    }
}

/// Answers requests from a list, the last for ever, and keeps what was sent.
final class RecordingClient: WebClient {
    private struct State {
        var sent: [WebRequest] = []
        var answers: [Result<WebAnswer, WebFault>] = [.success(WebAnswer(status: 202))]
    }

    private let state = Mutex(State())

    var sent: [WebRequest] { state.withLock { $0.sent } }

    func answer(_ answers: Result<WebAnswer, WebFault>...) {
        state.withLock { $0.answers = answers }
    }

    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        let answer = state.withLock { state in
            state.sent.append(request)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        return try answer.get()
    }
}
