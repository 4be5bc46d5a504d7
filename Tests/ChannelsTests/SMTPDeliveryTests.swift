import Channels
import Core
import Foundation
import Observability
import Store
import Synchronization
import Testing

@Suite(
    .enabled(if: MailServer.isAvailable, "needs aiosmtpd in .venv: run scripts/deps"),
    .timeLimit(.minutes(2))
)
struct SMTPDeliveryTests {
    @Test("A mail arrives once, and decodes to what was said")
    func delivery() async throws {
        let post = try await PostOffice()
        let server = try MailServer()
        let body = "Grüße aus Ærø 🚚\n.\n..dots stay\n\n" + String(repeating: "long ", count: 60)
        let message = try Message(subject: "Lieferung für Zoë — €5 🚚", body: body)
        let address = try EmailAddress("zoe@example.com")
        let id = try await post.enqueue(message, to: .email(address)).id
        try await post.delivering(try post.smtp(server.port)) {
            _ = try await post.wait(for: id) { $0.status == .delivered }
        }
        let mails = try server.accepted()
        try #require(mails.count == 1)
        #expect(mails[0].from == "weft@plant.example")
        #expect(mails[0].to == ["zoe@example.com"])
        #expect(mails[0].content.utf8.allSatisfy { $0 < 0x7F })
        // Python's own parser is the judge of what a reader would see.
        let seen = try decode(mails[0].content)
        #expect(seen["subject"]?.string == message.subject)
        #expect(seen["body"]?.string == body + "\n")
        #expect(seen["id"]?.string == "<\(id)@plant.example>")
        #expect(seen["from"]?.string == "Weft <weft@plant.example>")
        #expect(seen["defects"]?.int == 0)
        #expect(post.metrics.render().contains(#"{channel="email",outcome="delivered"} 1"#))
    }

    @Test("A link that is a secret arrives as it was, and is kept for its own mail alone")
    func secretLink() async throws {
        let post = try await PostOffice()
        let server = try MailServer()
        let secret = "https://weft.example/console/approve#AQGh_3Juo3ipk2yb"
        var message = try Message(subject: "To decide", body: "", link: secret)
        message.linkIsSecret = true
        let address = try EmailAddress("zoe@example.com")
        let first = try await post.enqueue(message, to: .email(address)).id
        let second = try await post.enqueue(message, to: .email(address)).id
        // Sealed for one mail it means nothing in another, which goes without it.
        try await post.database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE channels_outbox SET link =
                    (SELECT one.link FROM channels_outbox one WHERE one.id = ?) WHERE id = ?
                """,
                [.id(first), .id(second)]
            )
        }
        try await post.delivering(try post.smtp(server.port)) {
            for id in [first, second] {
                _ = try await post.wait(for: id) { $0.status == .delivered }
            }
        }
        let bodies = try server.accepted().map { try decode($0.content)["body"]?.string ?? "" }
        #expect(bodies.count { $0.contains(secret) } == 1)
        #expect(bodies.count { $0.contains("AQGh") } == 1)
        let links = try await post.database.query("SELECT link FROM channels_outbox", []) {
            try $0.optionalText(0) ?? ""
        }
        #expect(links.count == 2 && !links.contains { $0.contains("AQGh") })
    }

    @Test(
        "With STARTTLS mail and password travel encrypted, to a server whose certificate is trusted"
    )
    func startTLS() async throws {
        let post = try await PostOffice()
        let server = try MailServer(["starttls": true, "user": "weft", "password": "hush"])
        let id = try await post.mail()
        let email = try post.smtp(
            server.port,
            user: "weft",
            password: "hush",
            security: .startTLS,
            certificates: server.certificates
        )
        try await post.delivering(email) {
            _ = try await post.wait(for: id) { $0.status == .delivered }
        }
        let mails = try server.accepted()
        #expect(mails.map(\.encrypted) == [true])
        #expect(mails.map(\.user) == ["weft"])
    }

    @Test(
        "A certificate that nobody vouches for gets no mail, and neither does a server without STARTTLS"
    )
    func noTLS() async throws {
        let post = try await PostOffice()
        let strange = try MailServer(["starttls": true])
        let plain = try MailServer()
        for (server, words) in [(strange, "certificate"), (plain, "STARTTLS")] {
            let id = try await post.mail()
            try await post.delivering(try post.smtp(server.port, security: .startTLS)) {
                let state = try await post.wait(for: id) { $0.reason != nil }
                #expect(state.status == .pending)
                #expect(state.reason?.contains(words) == true, "\(state.reason ?? "")")
            }
            #expect(try server.accepted().isEmpty)
            // Out of the way of the next one.
            try await post.database.transaction {
                try $0.execute(
                    "UPDATE channels_outbox SET status = 'failed' WHERE id = ?",
                    [.id(id)]
                )
            }
        }
    }

    @Test("A refusal for now is tried again after a pause; the same mail is then accepted")
    func retry() async throws {
        let post = try await PostOffice()
        let server = try MailServer([
            "rcpt": ["451 4.3.0 try later", nil], "data": ["452 4.3.1 no room", nil],
        ])
        let id = try await post.mail()
        try await post.delivering(try post.smtp(server.port)) {
            let first = try await post.wait(for: id) { $0.attempts == 1 && $0.reason != nil }
            #expect(first.status == .pending)
            #expect(first.reason == "the mail server answered: 451 4.3.0 try later")
            let pause = first.dueAt - post.clock.now()
            #expect(pause >= .seconds(5) && pause <= .seconds(10))
            // Before it is due nothing is sent.
            #expect(server.attempts == 1)
            let done = try await post.wait(for: id, advancing: .seconds(1)) {
                $0.status == .delivered
            }
            #expect(done.attempts == 3)
            #expect(done.reason == "the mail server answered: 452 4.3.1 no room")
        }
        #expect(try server.accepted().count == 1)
    }

    @Test(
        "A refusal for good is not tried again",
        arguments: [
            ["rcpt": ["550 5.1.1 no such user"]], ["data": ["554 5.7.1 looks like spam"]],
        ] as [JSON]
    )
    func permanent(options: JSON) async throws {
        let post = try await PostOffice()
        let server = try MailServer(options)
        let id = try await post.mail()
        try await post.delivering(try post.smtp(server.port)) {
            let state = try await post.wait(for: id) { $0.status == .failed }
            let reply = options["rcpt"]?[0]?.string ?? options["data"]?[0]?.string ?? ""
            #expect(state.reason == "the mail server answered: " + reply)
            #expect(state.attempts == 1)
        }
        #expect(server.attempts == 1)
    }

    @Test("A mail waits while the server is down, and is given up after the last attempt")
    func outage() async throws {
        let post = try await PostOffice()
        let gone = try MailServer()
        let port = gone.port
        gone.stop()
        let id = try await post.mail()
        let email = try post.smtp(port)
        try await post.delivering(email, policy: RetryPolicy(attempts: 3)) {
            let first = try await post.wait(for: id) { $0.attempts == 1 && $0.reason != nil }
            #expect(first.status != .failed, "\(first.reason ?? "")")
            let server = try MailServer(port: port)
            _ = try await post.wait(for: id, advancing: .seconds(1)) { $0.status == .delivered }
            #expect(try server.accepted().count == 1)
            server.stop()
            let lost = try await post.mail()
            let state = try await post.wait(for: lost, advancing: .seconds(1)) {
                $0.status == .failed
            }
            #expect(state.attempts == 3)
            #expect(state.reason?.hasPrefix("gave up after 3 attempts: ") == true)
            // Somebody mends the server and sends it once more.
            let back = try MailServer(port: port)
            let (outbox, scope) = (post.outbox, post.ana)
            try await post.database.transaction { try outbox.redrive(lost, scope: scope, in: $0) }
            _ = try await post.wait(for: lost, advancing: .seconds(1)) { $0.status == .delivered }
            #expect(try back.accepted().count == 1)
        }
    }

    @Test("A server that does not answer in time holds up neither later attempts nor the inbox")
    func slow() async throws {
        let post = try await PostOffice()
        let server = try MailServer(["delay": 30])
        let email = try post.smtp(server.port, timeout: .milliseconds(500))
        let id = try await post.mail()
        try await post.delivering(email) {
            while server.attempts == 0 { try await Task.sleep(for: .milliseconds(5)) }
            let note = try await post.enqueue(
                try Message(subject: "Hello", body: ""),
                to: .inbox(post.ana.actor.id)
            ).id
            _ = try await post.wait(for: note) { $0.status == .delivered }
            let state = try await post.wait(for: id) { $0.reason != nil }
            #expect(state.status == .pending && state.attempts == 1)
            #expect(state.reason?.lowercased().contains("time") == true)
        }
    }

    @Test("Stopping does not wait for a slow server, and the attempt does not count")
    func stopping() async throws {
        let post = try await PostOffice()
        let server = try MailServer(["delay": 60])
        let id = try await post.mail()
        let started = ContinuousClock.now
        try await post.delivering(try post.smtp(server.port, timeout: .seconds(60))) {
            while server.attempts == 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(ContinuousClock.now - started < .seconds(50))
        let state = try await post.state(id)
        #expect(state.status == .pending && state.attempts == 0)
        #expect(state.dueAt <= post.clock.now())
    }

    @Test("A claim whose sender died is due again after its lease, as the same mail")
    func crash() async throws {
        let post = try await PostOffice()
        let id = try await post.mail()
        let lost = LostTransport()
        let sender = try EmailAddress("weft@plant.example")
        // This transport takes the mail and never answers, as a program that is killed.
        try await post.delivering(.init(transport: lost, sender: sender)) {
            while lost.mails.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            let claimed = try await post.state(id)
            #expect(claimed.attempts == 1)
            #expect(claimed.dueAt - post.clock.now() == .seconds(120))
            let second = SecondOffice(post)
            let server = try MailServer()
            let email = try post.smtp(server.port)
            try await second.delivering(email) {
                _ = try await post.wait(for: id, advancing: .seconds(10), outlastsLeases: true) {
                    $0.status == .delivered
                }
            }
            let again = try #require(try server.accepted().first?.content)
            #expect(Array(again.utf8) == lost.mails.first?.bytes)
            lost.release()
        }
        // The first one's late word changes nothing.
        #expect(try await post.state(id).status == .delivered)
    }

    @Test("Signing in with the right password works; with the wrong one it is tried again")
    func signIn() async throws {
        let post = try await PostOffice()
        let server = try MailServer(["user": "weft", "password": "s3cret"])
        let id = try await post.mail()
        try await post.delivering(try post.smtp(server.port, user: "weft", password: "wrong")) {
            let state = try await post.wait(for: id) { $0.reason != nil }
            #expect(state.status == .pending)
            #expect(state.reason?.contains("wrong") == false)
        }
        let next = SecondOffice(post)
        try await next.delivering(try post.smtp(server.port, user: "weft", password: "s3cret")) {
            _ = try await post.wait(for: id, advancing: .seconds(1)) { $0.status == .delivered }
        }
        #expect(try server.accepted().count == 1)
    }

    @Test("A server without STARTTLS gets no mail when it is required")
    func noDowngrade() async throws {
        let post = try await PostOffice()
        let server = try MailServer()
        let transport = try SMTPTransport(
            SMTPConfiguration(host: "127.0.0.1", port: server.port, security: .startTLS)
        )
        let id = try await post.mail()
        let sender = try EmailAddress("weft@plant.example")
        try await post.delivering(.init(transport: transport, sender: sender)) {
            let state = try await post.wait(for: id) { $0.reason != nil }
            #expect(state.status == .pending)
        }
        #expect(server.attempts == 0)
    }

    @Test("Many mails all arrive, each once")
    func many() async throws {
        let post = try await PostOffice()
        let server = try MailServer()
        var ids: [ID<Outbox.Entry>] = []
        for index in 0..<60 {
            ids.append(try await post.mail("\(index)", to: "user\(index)@example.com"))
        }
        try await post.delivering(try post.smtp(server.port)) {
            for id in ids {
                _ = try await post.wait(for: id) { $0.status == .delivered }
            }
        }
        let recipients = try server.accepted().flatMap(\.to)
        #expect(recipients.sorted() == (0..<60).map { "user\($0)@example.com" }.sorted())
    }

    private func decode(_ mail: String) throws -> JSON {
        let script = """
            import email, email.policy, json, sys
            mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            json.dump({"subject": mail["subject"], "id": mail["message-id"].strip(), "from": mail["from"],
                "body": mail.get_content().replace("\\r\\n", "\\n"), "defects": len(mail.defects)}, sys.stdout)
            """
        let process = Process()
        process.executableURL = URL(filePath: MailServer.python)
        process.arguments = ["-c", script]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data(mail.utf8))
        try input.fileHandleForWriting.close()
        let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return try JSON(parsing: bytes)
    }
}

/// Takes mail and keeps its sender waiting.
private final class LostTransport: MailTransport {
    private let taken = Mutex<[Mail]>([])
    private let (stream, end) = AsyncStream.makeStream(of: Void.self)

    var mails: [Mail] { taken.withLock { $0 } }

    func release() { end.finish() }

    func send(_ mail: Mail) async throws(MailFailure) {
        taken.withLock { $0.append(mail) }
        for await _ in stream {}
        throw MailFailure(.transient, "too late")
    }
}

/// A delivery in another process over the same store: it shares nothing else with the first.
private struct SecondOffice {
    private let post: PostOffice

    init(_ post: PostOffice) { self.post = post }

    func delivering(_ email: OutboxDelivery.Email, _ body: () async throws -> Void) async throws {
        let ids = IDGenerator(clock: post.clock, random: post.random)
        try await post.delivering(email, from: Outbox(ids: ids, clock: post.clock), body)
    }
}
