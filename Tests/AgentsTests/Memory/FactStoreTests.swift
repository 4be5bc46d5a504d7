import Agents
import Core
import Privacy
import Search
import Store
import StoreTesting
import Testing

@Suite struct FactStoreTests {
    private static let customer = "customer:01900000-0000-7000-8000-000000000001"

    @Test(
        "What was remembered is recalled by its words, by parts of them, and by subject and agent"
    )
    func recalling() async throws {
        let world = try await MemoryWorld()
        try await world.remember(world.draft(Self.customer, "Deliveries only before ten o'clock"))
        try await world.remember(
            world.draft(
                "depot:north",
                "The crane is broken on Mondays",
                agent: "logistics.analyser"
            )
        )
        #expect(try await world.recall("delivery before ten").first?.contains("ten") == true)
        #expect(try await world.recall("cranes").first == "The crane is broken on Mondays")
        #expect(try await world.recall("cranez", mode: .vector).first?.contains("crane") == true)
        var question = FactQuestion()
        question.subject = Self.customer
        #expect(try await world.recall("crane", question, mode: .bm25).isEmpty)
        question.subject = nil
        question.agent = "logistics.analyser"
        #expect(try await world.recall("crane deliveries", question).count == 1)
        #expect(try await world.list(question).map(\.subject) == ["depot:north"])
        question.agent = "logistics_analyser"
        #expect(try await world.list(question).isEmpty)
    }

    @Test("Facts about persons are left out where they are to be, unless the person is asked about")
    func persons() async throws {
        let world = try await MemoryWorld()
        try await world.remember(world.draft(Self.customer, "Has a dog at the gate"))
        try await world.remember(world.draft("depot:north", "A dog guards the gate"))
        var question = FactQuestion()
        question.leavesOutPersons = true
        #expect(try await world.recall("dog gate", question) == ["A dog guards the gate"])
        question.subject = Self.customer
        #expect(try await world.recall("dog gate", question) == ["Has a dog at the gate"])
    }

    @Test("Contradictions end what was true; both times can be asked for")
    func times() async throws {
        let world = try await MemoryWorld()
        let first = try await world.remember(
            world.draft("depot:north", "Gate 4", attribute: "gate", from: 0)
        )
        world.clock.advance(to: MemoryWorld.at(20))
        let second = try await world.remember(
            world.draft("depot:north", "Gate 5", attribute: "gate", from: 10)
        )
        #expect(second.outcome == .recorded)
        #expect(second.ended == [first.fact.id])
        var question = FactQuestion()
        for (day, gate) in [(5, "Gate 4"), (10, "Gate 5"), (15, "Gate 5")] {
            question.validAt = MemoryWorld.at(day)
            #expect(try await world.recall("gate", question) == [gate], "day \(day)")
            #expect(try await world.list(question).map(\.statement) == [gate], "day \(day)")
        }
        question.validAt = MemoryWorld.at(-1)
        #expect(try await world.recall("gate", question).isEmpty)
        // On day 12 nobody knew of gate 5 yet.
        question.validAt = MemoryWorld.at(12)
        question.knownAt = MemoryWorld.at(12)
        #expect(try await world.list(question).map(\.statement) == ["Gate 4"])
        let revisions = try await world.database.read { [store = world.store, ours = world.ours] in
            try store.revisions(of: first.fact.id, scope: ours, in: $0)
        }
        #expect(revisions.map(\.revision) == [2, 1])
        #expect(revisions.map(\.validUntil) == [MemoryWorld.at(10), nil])
        #expect(revisions.map(\.recordedUntil) == [nil, MemoryWorld.at(20)])
    }

    @Test("Duplicates merge: one row, one document, all sources")
    func merging() async throws {
        let world = try await MemoryWorld()
        let first = try await world.remember(world.draft("depot:north", "The ramp is steep"))
        let rows = try await world.rows()
        let again = try await world.remember(world.draft("depot:north", "the ramp is steep."))
        #expect(again.outcome == .unchanged)
        #expect(try await world.rows() == rows)
        let confirmed = try await world.remember(
            world.draft("depot:north", "The ramp is steep", confidence: 0.5, source: "driver")
        )
        #expect(confirmed.outcome == .merged)
        #expect(confirmed.fact.id == first.fact.id)
        #expect(confirmed.fact.revision == 2)
        #expect(abs(confirmed.fact.confidence - 0.9) < 1e-12)
        #expect(try await world.recall("steep ramp").count == 1)
        var question = FactQuestion()
        question.confidence = 0.85
        #expect(try await world.recall("steep ramp", question).count == 1)
    }

    @Test("A correction is a revision, found by its new words alone")
    func correcting() async throws {
        let world = try await MemoryWorld()
        let fact = try await world.remember(world.draft("depot:north", "The ramp is steep")).fact
        let prepared = try await world.store.prepare(
            world.draft("depot:north", "The staircase is narrow"),
            scope: world.ours
        )
        func correct(_ expected: Int?) async throws -> RememberedFact {
            try await world.database.transaction { [store = world.store, ours = world.ours] in
                try store.correct(
                    fact.id,
                    to: prepared,
                    expected: expected.map { ExpectedVersion([$0]) },
                    at: MemoryWorld.at(1),
                    scope: ours,
                    in: $0
                )
            }
        }
        await #expect(throws: GeneralFault.self) { try await correct(7) }
        let changed = try await correct(1)
        #expect(changed.fact.revision == 2)
        #expect(changed.outcome == .changed)
        #expect(try await world.recall("ramp", mode: .bm25).isEmpty)
        #expect(try await world.recall("staircase", mode: .bm25).count == 1)
        #expect(try await world.list().count == 1)
    }

    @Test("Another organisation remembers nothing of it")
    func isolation() async throws {
        let world = try await MemoryWorld()
        let fact = try await world.remember(world.draft("depot:north", "The ramp is steep")).fact
        #expect(try await world.recall("ramp", scope: world.theirs).isEmpty)
        #expect(try await world.list(scope: world.theirs).isEmpty)
        let theirs = world.theirs
        let receipt = try await world.database.transaction { [store = world.store] in
            try store.forget(
                [fact.id],
                reason: "r",
                at: MemoryWorld.at(1),
                scope: theirs,
                in: $0
            )
        }
        #expect(receipt == nil)
        #expect(try await world.recall("ramp").count == 1)
        let other = try await world.remember(
            world.draft("depot:north", "The ramp is steep", source: "x"),
            scope: theirs
        )
        #expect(other.outcome == .recorded)
    }

    @Test(
        "Forgetting takes row, index and vector at once, or leaves all; the receipt says what went"
    )
    func forgetting() async throws {
        struct Crash: Error {}
        let world = try await MemoryWorld()
        let fact = try await world.remember(
            world.draft("depot:north", "Steep ramp", attribute: "ramp", confidence: 0.5)
        ).fact
        try await world.remember(
            world.draft("depot:north", "Steep ramp", attribute: "ramp", source: "driver")
        )
        try await world.remember(world.draft("depot:south", "The gate is green"))
        let before = try await world.rows()
        let (store, ours) = (world.store, world.ours)
        await #expect(throws: Crash.self) {
            try await world.database.transaction { transaction in
                let receipt = try store.forget(
                    [fact.id],
                    reason: "r",
                    at: MemoryWorld.at(1),
                    scope: ours,
                    in: transaction
                )
                #expect(receipt != nil)
                throw Crash()
            }
        }
        #expect(try await world.rows() == before)
        #expect(try await world.recall("steep").count == 1)
        let kept = try await world.database.transaction { transaction in
            try store.forget(
                [fact.id],
                reason: "a wrong number",
                at: MemoryWorld.at(1),
                scope: ours,
                in: transaction
            )
        }
        let receipt = try #require(kept)
        #expect(receipt.facts == [fact.id])
        #expect(receipt.revisions == 2)
        #expect(receipt.documents == 1)
        #expect(receipt.vectors == 1)
        // `steep` and `ramp`.
        #expect(receipt.postings == 2)
        #expect(receipt.at == MemoryWorld.at(1))
        let json = try receipt.json()
        #expect(try FactReceipt.hash(of: json) == json["hash"]?.string)
        var forged = json
        forged["removed"]?["facts"] = 2
        #expect(try FactReceipt.hash(of: forged) != json["hash"]?.string)
        #expect(!json.text().contains("teep"))
        for mode in SearchQuery.Mode.allCases {
            #expect(
                try await world.recall("steep ramp", mode: mode).allSatisfy { $0.contains("green") }
            )
        }
        let terms = try await world.database.query(
            "SELECT term FROM search_posting ORDER BY term",
            []
        ) { try $0.text(0) }
        #expect(terms == ["gate", "green"])
        let query = try ListQuery(
            reading: JSONReader([:]),
            columns: FactStore.receiptColumns,
            standard: "-at",
            key: .init("id", "id")
        )
        let receipts = try await world.database.read {
            try store.receipts(query, scope: ours, in: $0).items
        }
        #expect(receipts == [json])
    }

    @Test("What was merged into a fact is forgotten with it")
    func forgettingMerged() async throws {
        let world = try await MemoryWorld()
        let draft = { (from: Int, until: Int) in
            try world.draft("d", "Open", attribute: "state", from: from, until: until)
        }
        let first = try await world.remember(draft(0, 5)).fact
        let second = try await world.remember(draft(10, 15)).fact
        let kept = try await world.remember(draft(4, 11)).fact
        let (store, ours) = (world.store, world.ours)
        let all = try await world.database.read {
            try store.merged(into: kept.id, scope: ours, in: $0)
        }
        #expect(Set(all) == [first.id, second.id])
        #expect(try await world.list().count == 1)
    }

    @Test("Erasing a person reaches what is remembered of them, and nothing new can be")
    func personErasure() async throws {
        let world = try await MemoryWorld()
        let (store, ours, privacy) = (world.store, world.ours, world.privacy)
        let subject = try #require(DataSubject(Self.customer))
        try await world.remember(world.draft(Self.customer, "Has a dog"))
        try await world.remember(world.draft(Self.customer, "Has a cat"))
        try await world.remember(world.draft("depot:north", "Has a crane"))
        let holder = FactPersonHolder(store)
        let exported = try await world.database.read {
            try holder.export(subject, scope: ours, in: $0)
        }
        #expect(exported?["facts"]?.array?.count == 2)
        let removed = try await world.database.transaction { transaction in
            let removed = try holder.erase(
                subject,
                scope: ours,
                at: MemoryWorld.at(1),
                in: transaction
            )
            try privacy.keys.erase(subject, scope: ours, in: transaction)
            return removed.map { "\($0.what) \($0.count)" }
        }
        #expect(removed == ["facts 2", "fact vectors 2"])
        #expect(try await world.recall("dog cat crane") == ["Has a crane"])
        let error = await #expect(throws: GeneralFault.self) {
            try await world.remember(world.draft(Self.customer, "Has a parrot"))
        }
        #expect(error?.code == "person-erased")
    }

    @Test("Documents about a person go from every collection")
    func documentsOfPersons() async throws {
        let world = try await MemoryWorld()
        let (store, ours) = (world.store, world.ours)
        let documents = try await store.search.prepare(
            [
                SearchDocument(id: "o1", body: "Order of Miller", person: Self.customer),
                SearchDocument(id: "o2", body: "Order of somebody"),
            ],
            scope: world.ours
        )
        let removed = try await world.database.transaction { transaction in
            try store.search.put(documents, into: "orders", scope: ours, in: transaction)
            return try SearchPersonHolder(store.search).erase(
                try #require(DataSubject(Self.customer)),
                scope: ours,
                at: MemoryWorld.at(1),
                in: transaction
            ).map(\.count)
        }
        #expect(removed == [1])
    }

    @Test("What a journal keeps of memories of persons is sealed, of others not")
    func sealing() async throws {
        let world = try await MemoryWorld()
        let (privacy, ours) = (world.privacy, world.ours)
        func sealed(_ json: JSON, _ place: PersonalData.Place) async throws -> JSON {
            try await world.database.transaction {
                try privacy.seal(json, at: place, of: ours.organisation, in: $0)
            }
        }
        let about: JSON = [
            "subject": .string(Self.customer), "statement": "Has a dog", "attribute": "dog's name",
        ]
        for place in ["memory.remember", "memory.add-fact", "memory.change-fact"] {
            for place in [PersonalData.Place.input(place), .output(place)] {
                let kept = try await sealed(about, place)
                #expect(kept["statement"]?.string?.hasPrefix("enc:v1:") == true)
                #expect(!kept.text().contains("dog"))
            }
        }
        let asked: JSON = ["subject": .string(Self.customer), "q": "dog", "attribute": "dog"]
        #expect(!(try await sealed(asked, .input("memory.recall"))).text().contains("dog"))
        let recalled: JSON = [
            "subject": .string(Self.customer),
            "facts": [["statement": "Has a dog", "attribute": "dog"]],
        ]
        let output = try await sealed(recalled, .output("memory.recall"))
        #expect(!output.text().contains("dog"))
        let depot: JSON = ["subject": "depot:north", "statement": "Has a dog"]
        #expect(try await sealed(depot, .input("memory.remember")) == depot)
    }

    @Test("A validity that ends before it begins is refused")
    func validity() async throws {
        let world = try await MemoryWorld()
        #expect(throws: GeneralFault.self) {
            try world.draft("d", "s", from: 5, until: 5)
        }
    }
}
