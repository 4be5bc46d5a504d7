import Core
import Testing

@testable import Live

@Suite struct LiveSessionTests {
    @Test("Without a token in time the connection ends with 4401")
    func silence() {
        var session = LiveSession(topics: LiveWorld.topics, limits: LiveLimits())
        #expect(session.handle(.opened(nil), at: LiveWorld.moment()).isEmpty)
        #expect(session.handle(.ticked, at: LiveWorld.moment(after: .milliseconds(9_999))).isEmpty)
        #expect(session.handle(.ticked, at: LiveWorld.moment(after: .seconds(10))).closes == [4401])
        #expect(session.handle(.ticked, at: LiveWorld.moment(after: .seconds(11))).isEmpty)
    }

    @Test("Whatever else comes first ends the connection with 4401")
    func mustAuthenticate() {
        var session = LiveSession(topics: LiveWorld.topics, limits: LiveLimits())
        _ = session.handle(.opened(nil), at: LiveWorld.moment())
        #expect(session.say(["type": "subscribe", "id": "s", "topic": "orders"]).closes == [4401])
    }

    @Test("What comes while the first token is checked is heard once it was found good")
    func held() {
        var session = LiveSession(topics: LiveWorld.topics, limits: LiveLimits())
        _ = session.handle(.opened(nil), at: LiveWorld.moment())
        #expect(session.say(["type": "authenticate", "token": "t"]) == [.authenticate("t")])
        #expect(session.say(["type": "subscribe", "id": "s", "topic": "orders"]).isEmpty)
        #expect(session.say(["type": "authenticate", "token": "t"]).codes == ["busy"])
        let actions = session.handle(
            .authenticated(LiveWorld.principal()),
            at: LiveWorld.moment(position: 7)
        )
        #expect(
            actions.sent == [
                ["type": "ready", "seq": 7],
                ["type": "subscribed", "id": "s", "topic": "orders", "seq": 7],
            ]
        )
    }

    @Test("What is held before the token was checked is bounded")
    func heldIsBounded() {
        var session = LiveSession(topics: LiveWorld.topics, limits: LiveLimits())
        _ = session.handle(.opened(nil), at: LiveWorld.moment())
        _ = session.say(["type": "authenticate", "token": "t"])
        for _ in 0..<32 {
            #expect(session.say(["type": "unsubscribe", "id": "s"]).isEmpty)
        }
        #expect(session.say(["type": "unsubscribe", "id": "s"]).closes == [1008])
    }

    @Test("A bad first token ends the connection; a bad renewal changes nothing")
    func refused() {
        var session = LiveSession(topics: LiveWorld.topics, limits: LiveLimits())
        _ = session.handle(.opened(nil), at: LiveWorld.moment())
        _ = session.say(["type": "authenticate", "token": "t"])
        let end = session.handle(
            .refused(code: "invalid-token", detail: "no"),
            at: LiveWorld.moment()
        )
        #expect(end.codes == ["invalid-token"] && end.closes == [4401])

        var holder = LiveSession.ready()
        #expect(holder.say(["type": "authenticate", "token": "t"]) == [.authenticate("t")])
        let kept = holder.handle(
            .refused(code: "invalid-token", detail: "no"),
            at: LiveWorld.moment()
        )
        #expect(kept.codes == ["invalid-token"] && kept.closes.isEmpty)
        #expect(
            holder.say(["type": "subscribe", "id": "s", "topic": "orders"]).sent.first?["type"]
                == "subscribed"
        )
    }

    @Test("A minute before the token ends the client is told, and at its end 4401")
    func expiry() {
        var session = LiveSession.ready(LiveWorld.principal(endsIn: .seconds(900)))
        #expect(session.handle(.ticked, at: LiveWorld.moment(after: .seconds(839))).isEmpty)
        #expect(session.deadline == LiveWorld.start + .seconds(840))
        let told = session.handle(.ticked, at: LiveWorld.moment(after: .seconds(840))).sent
        #expect(told == [["type": "expiring", "at": (LiveWorld.start + .seconds(900)).json]])
        #expect(session.handle(.ticked, at: LiveWorld.moment(after: .seconds(841))).isEmpty)
        _ = session.say(["type": "authenticate", "token": "new"])
        let later = LiveWorld.principal(endsIn: .seconds(1_800))
        #expect(session.handle(.authenticated(later), at: LiveWorld.moment()).sent.count == 1)
        #expect(session.handle(.ticked, at: LiveWorld.moment(after: .seconds(900))).isEmpty)
        #expect(
            session.handle(.ticked, at: LiveWorld.moment(after: .seconds(1_800))).closes == [4401]
        )
    }

    @Test("A renewal by somebody else's token ends the connection")
    func somebodyElse() {
        var session = LiveSession.ready()
        let other = LiveWorld.principal(account: 2)
        #expect(session.handle(.authenticated(other), at: LiveWorld.moment()).closes == [4401])
    }

    @Test("A renewal with fewer roles ends the subscriptions that need them")
    func fewerRoles() {
        var session = LiveSession.ready()
        _ = session.say(["type": "subscribe", "id": "a", "topic": "orders"])
        _ = session.say(["type": "subscribe", "id": "b", "topic": "bookings"])
        let actions = session.handle(
            .authenticated(LiveWorld.principal(["viewer"])),
            at: LiveWorld.moment()
        )
        #expect(actions.sent.map { $0["id"]?.string } == [nil, "a"])
        #expect(actions.codes == ["forbidden"])
        #expect(actions.contains(.leave("orders", isOwn: false)))
        #expect(session.subscriptions.map(\.id) == ["b"])
    }

    @Test("A revocation ends the connections it concerns, and no others")
    func revocation() {
        let mine = LiveWorld.principal().actor.id
        for (revocation, ends) in [
            (LiveRevocation.account(mine), true), (.account(ID(high: 1, low: 1)), false),
            (.session("s1"), true), (.session("s2"), false), (.sessions, true),
        ] {
            var session = LiveSession.ready()
            let actions = session.handle(.revoked(revocation), at: LiveWorld.moment())
            #expect(actions.closes == (ends ? [4401] : []))
        }
    }

    @Test("A key ends with its maker's rights, and not with a sign-in's")
    func revokedMaker() {
        let maker = ID<Account>(high: 0x7000, low: 9)
        var key = LiveWorld.principal()
        key.session = nil
        key.maker = maker
        for (revocation, ends) in [
            (LiveRevocation.account(maker), true), (.sessions, false), (.session("s1"), false),
        ] {
            var session = LiveSession.ready(key)
            let actions = session.handle(.revoked(revocation), at: LiveWorld.moment())
            #expect(actions.closes == (ends ? [4401] : []))
        }
    }

    @Test("A topic that the roles do not allow is forbidden, an unknown one not found")
    func authorisation() {
        var session = LiveSession.ready(LiveWorld.principal(["viewer"]))
        func code(_ topic: String) -> String? {
            session.say(["type": "subscribe", "id": .string(topic), "topic": .string(topic)])
                .codes.first
        }
        #expect(code("orders") == "forbidden")
        #expect(code("orders/7") == "forbidden")
        #expect(code("audit") == "forbidden")
        #expect(code("order") == "not-found")
        #expect(code("orders/") == "not-found")
        #expect(code("orders/{id}") == "forbidden")
        #expect(code("bookings") == nil)
        #expect(code("bookings") == "conflict")
    }

    @Test("A member is followed only once it is known to exist in the organisation")
    func members() {
        var session = LiveSession.ready()
        let asked = session.say(["type": "subscribe", "id": "a", "topic": "orders/7"])
        #expect(asked == [.check(1, topic: 1, id: "7")])
        let event = LiveWorld.live(LiveWorld.event(1, "order.placed", order: "7"))
        #expect(session.handle(.offered(event), at: LiveWorld.moment()).isEmpty)
        #expect(session.handle(.hinted("orders/7"), at: LiveWorld.moment()).isEmpty)
        let refused = session.handle(.checked(1, exists: false), at: LiveWorld.moment())
        #expect(refused.codes == ["not-found"] && session.subscriptions.isEmpty)

        _ = session.say(["type": "subscribe", "id": "a", "topic": "orders/7"])
        _ = session.say(["type": "unsubscribe", "id": "a"])
        #expect(session.handle(.checked(2, exists: true), at: LiveWorld.moment()).isEmpty)

        _ = session.say(["type": "subscribe", "id": "a", "topic": "orders/7"])
        #expect(session.handle(.failed(3), at: LiveWorld.moment()).codes == ["unavailable"])
    }

    @Test("An event goes out once with the ids of all subscriptions that it belongs to")
    func severalIDs() {
        var session = LiveSession.ready()
        for (id, topic) in [("a", "orders"), ("b", "orders"), ("c", "bookings")] {
            _ = session.say(["type": "subscribe", "id": .string(id), "topic": .string(topic)])
        }
        let placed = LiveWorld.live(LiveWorld.event(1, "order.placed", order: "7"))
        let sent = session.handle(.offered(placed), at: LiveWorld.moment()).sent
        #expect(
            sent == [
                [
                    "type": "event", "ids": ["a", "b"], "seq": 1,
                    "event": [
                        "id": "id-1", "type": "order.placed", "subject": .null,
                        "time": LiveWorld.start.json, "data": ["orderId": "7"],
                        "actor": ["id": "a", "kind": "person", "name": "A"],
                    ],
                ]
            ]
        )
    }

    @Test("Hints are held back for a full socket, and told once when it has room")
    func hints() {
        var session = LiveSession.ready()
        _ = session.say(["type": "subscribe", "id": "a", "topic": "inbox"])
        let full = LiveWorld.moment(room: 0)
        #expect(session.handle(.hinted("inbox"), at: full).isEmpty)
        #expect(session.handle(.hinted("inbox"), at: full).isEmpty)
        let told = session.handle(.drained, at: LiveWorld.moment()).sent
        #expect(told == [["type": "changed", "ids": ["a"], "topic": "inbox"]])
        #expect(session.handle(.drained, at: LiveWorld.moment()).isEmpty)
    }

    @Test("What is said is told to those who follow the topic, once, and to nobody without room")
    func sayings() {
        var session = LiveSession.ready()
        _ = session.say(["type": "subscribe", "id": "a", "topic": "inbox"])
        let words: JSON = ["agent": "x", "text": "hm"]
        let told = session.handle(.said("inbox", words), at: LiveWorld.moment()).sent
        #expect(told == [["type": "said", "ids": ["a"], "topic": "inbox", "said": words]])
        #expect(session.handle(.said("audit", words), at: LiveWorld.moment()).isEmpty)
        #expect(session.handle(.said("inbox", words), at: LiveWorld.moment(room: 0)).isEmpty)
        #expect(session.handle(.drained, at: LiveWorld.moment()).isEmpty)
    }

    @Test("Subscriptions, places to be present at and messages are bounded")
    func bounds() {
        var limits = LiveLimits()
        limits.subscriptions = 3
        limits.presences = 1
        limits.burst = 10
        limits.messagesPerSecond = 1
        var session = LiveSession.ready(limits: limits)
        for (serial, name) in ["orders/1", "orders/2", "orders/3"].enumerated() {
            _ = session.say(["type": "subscribe", "id": .string(name), "topic": .string(name)])
            _ = session.handle(.checked(serial + 1, exists: true), at: LiveWorld.moment())
        }
        #expect(
            session.say(["type": "subscribe", "id": "d", "topic": "orders"]).codes == ["too-many"]
        )
        func present(_ name: String) -> [LiveSession.Action] {
            session.say(["type": "presence", "topic": .string(name), "state": "viewing"])
        }
        #expect(present("orders/1") == [.setPresence("orders/1", .viewing)])
        #expect(present("orders/2").codes == ["too-many"])
        #expect(present("orders/9").codes == ["not-subscribed"])
        // Seven messages so far; the allowance grows by one in a second.
        for _ in 0..<3 { #expect(present("orders/1").closes.isEmpty) }
        #expect(
            session.say(
                ["type": "unsubscribe", "id": "x"],
                at: LiveWorld.moment(after: .seconds(1))
            )
            .closes.isEmpty
        )
        #expect(present("orders/1").closes == [1008])
    }

    @Test("Presence that is told before the topic was checked counts once it was")
    func earlyPresence() {
        var session = LiveSession.ready()
        _ = session.say(["type": "subscribe", "id": "a", "topic": "orders/1"])
        #expect(session.say(["type": "presence", "topic": "orders/1", "state": "editing"]).isEmpty)
        let actions = session.handle(.checked(1, exists: true), at: LiveWorld.moment())
        #expect(actions.contains(.setPresence("orders/1", .editing)))
        #expect(
            session.say(["type": "unsubscribe", "id": "a"]).contains(.setPresence("orders/1", nil))
        )
        #expect(session.presences.isEmpty)
    }

    @Test("A place of a log that is no more is told by a smaller place")
    func restoredBackup() {
        var session = LiveSession.ready()
        let asked = session.say(
            ["type": "subscribe", "id": "a", "topic": "orders", "after": 900],
            at: LiveWorld.moment(position: 40)
        )
        #expect(asked.sent.isEmpty && asked.contains(.replay(after: 900)))
        let page = session.handle(
            .replayed([], through: 41, isEnd: true),
            at: LiveWorld.moment(position: 40)
        )
        #expect(page.sent == [["type": "subscribed", "id": "a", "topic": "orders", "seq": 41]])
        #expect(session.subscriptions.first?.standing == .live(41))
    }

    @Test("When the log cannot be read it is tried again a second later")
    func replayFails() {
        var session = LiveSession.ready()
        let at = LiveWorld.moment(position: 9)
        _ = session.say(["type": "subscribe", "id": "a", "topic": "orders", "after": 1], at: at)
        #expect(session.handle(.replayFailed, at: at).isEmpty)
        #expect(session.handle(.drained, at: at).isEmpty)
        let later = LiveWorld.moment(after: .seconds(1), position: 9)
        #expect(session.deadline == later.now)
        #expect(session.handle(.ticked, at: later) == [.replay(after: 1)])
    }
}
