import Channels
import Core
import Store
import Testing

@Suite struct OutboxTests {
    @Test("What is enqueued in a transaction that fails is never sent")
    func rollback() async throws {
        struct Refused: Error {}
        let post = try await PostOffice()
        let (outbox, scope) = (post.outbox, post.ana)
        let message = try Message(subject: "Hello", body: "")
        await #expect(throws: Refused.self) {
            try await post.database.transaction { transaction in
                try outbox.enqueue(
                    message,
                    to: .inbox(scope.actor.id),
                    effect: "e",
                    scope: scope,
                    in: transaction
                )
                throw Refused()
            }
        }
        #expect(try await post.enqueue(message, to: .inbox(scope.actor.id), effect: "e").isNew)
    }

    @Test("An effect is enqueued once in its organisation, whatever it says the second time")
    func deduplication() async throws {
        let post = try await PostOffice()
        let inbox = Destination.inbox(post.ana.actor.id)
        let first = try await post.enqueue(
            try Message(subject: "A", body: ""),
            to: inbox,
            effect: "e"
        )
        let again = try await post.enqueue(
            try Message(subject: "B", body: ""),
            to: inbox,
            effect: "e"
        )
        #expect(first.isNew && !again.isNew && first.id == again.id)
        let other = PostOffice.scope("other")
        let foreign = try await post.enqueue(
            try Message(subject: "A", body: ""),
            to: inbox,
            effect: "e",
            scope: other
        )
        #expect(foreign.isNew)
    }

    @Test("What became of a message is told to its own organisation only")
    func scope() async throws {
        let post = try await PostOffice()
        let id = try await post.mail()
        #expect(try await post.state(id).status == .pending)
        let error = await #expect(throws: ChannelError.self) {
            try await post.state(id, scope: PostOffice.scope("other"))
        }
        #expect(error?.kind == .notFound)
    }

    @Test("Without a mail server e-mail is skipped and says so, and the inbox works")
    func skipped() async throws {
        let post = try await PostOffice()
        let message = try Message(
            subject: "Hello",
            body: "World",
            link: "/console",
            severity: .alarm
        )
        let note = try await post.enqueue(message, to: .inbox(post.ana.actor.id)).id
        let mail = try await post.mail()
        try await post.delivering(nil) {
            let skipped = try await post.wait(for: mail) { $0.status == .skipped }
            #expect(skipped.reason == "no mail server configured")
            _ = try await post.wait(for: note) { $0.status == .delivered }
            // And what comes while it runs is delivered without any clock moving.
            let more = try await post.enqueue(message, to: .inbox(post.ana.actor.id)).id
            _ = try await post.wait(for: more) { $0.status == .delivered }
        }
        let items = try await post.database.read { try post.inbox.list(scope: post.ana, in: $0) }
        #expect(items.map(\.message) == [message, message])
    }
}

@Suite struct InboxTests {
    private func filled() async throws -> (PostOffice, [ID<Outbox.Entry>]) {
        let post = try await PostOffice()
        var ids: [ID<Outbox.Entry>] = []
        for index in 0..<5 {
            post.clock.advance(by: .seconds(1))
            let message = try Message(subject: "\(index)", body: "")
            ids.append(try await post.enqueue(message, to: .inbox(post.ana.actor.id)).id)
        }
        let last = try #require(ids.last)
        try await post.delivering(nil) {
            _ = try await post.wait(for: last) { $0.status == .delivered }
        }
        return (post, ids)
    }

    @Test("Messages come newest first, in pages")
    func pages() async throws {
        let (post, ids) = try await filled()
        try await post.database.read { reader in
            let page = try post.inbox.list(scope: post.ana, limit: 2, in: reader)
            #expect(page.map(\.message.subject) == ["4", "3"])
            let next = try post.inbox.list(scope: post.ana, before: page.last?.id, in: reader)
            #expect(next.map(\.id) == [ids[2], ids[1], ids[0]])
        }
    }

    @Test("Reading is counted, and remembered from the first time")
    func reading() async throws {
        let (post, ids) = try await filled()
        let (inbox, ana) = (post.inbox, post.ana)
        let first = post.clock.now()
        for _ in 0..<2 {
            try await post.database.transaction { try inbox.markRead(ids[4], scope: ana, in: $0) }
            post.clock.advance(by: .seconds(60))
        }
        try await post.database.read { reader in
            #expect(try inbox.unread(scope: ana, in: reader) == 4)
            let item = try #require(try inbox.list(scope: ana, limit: 1, in: reader).first)
            #expect(item.readAt == first)
            #expect(
                item.json == [
                    "id": ids[4].json, "subject": "4", "body": "", "at": "2026-11-20T12:00:05Z",
                    "read": true, "link": nil, "severity": "info", "needsAcknowledgement": false,
                    "acknowledgedAt": nil, "acknowledgedBy": nil,
                ]
            )
            #expect(try inbox.list(scope: ana, unreadOnly: true, in: reader).count == 4)
        }
        let marked = try await post.database.transaction {
            try inbox.markAllRead(scope: ana, in: $0)
        }
        #expect(marked == 4)
    }

    @Test(
        "Nobody sees or marks another's messages: not a colleague, not the same account elsewhere"
    )
    func others() async throws {
        let (post, ids) = try await filled()
        var elsewhere = post.ana
        elsewhere.organisation = PostOffice.scope("x").organisation
        let colleague = PostOffice.scope("ben", organisation: post.ana.organisation)
        let inbox = post.inbox
        for scope in [elsewhere, colleague] {
            let seen = try await post.database.read { try inbox.list(scope: scope, in: $0) }
            #expect(seen.isEmpty)
            let unread = try await post.database.read { try inbox.unread(scope: scope, in: $0) }
            #expect(unread == 0)
            let error = await #expect(throws: ChannelError.self) {
                try await post.database.transaction {
                    try inbox.markRead(ids[0], scope: scope, in: $0)
                }
            }
            #expect(error?.kind == .notFound)
        }
        let unread = try await post.database.read { try inbox.unread(scope: post.ana, in: $0) }
        #expect(unread == 5)
    }
}
