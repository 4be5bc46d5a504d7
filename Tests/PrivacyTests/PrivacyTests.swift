import Core
import Store
import StoreTesting
import Testing

@testable import Privacy

@Suite struct PrivacyTests {
    private static let document: JSON = [
        "id": 7,
        "customer": ["id": .string(PrivacyWorld.customer.id), "name": "Zoë \"Ü\" \\ Nämē"],
        "stops": [["stop": 1, "place": ["street": "Hauptstraße 1", "latitude": 52.512_34]]],
        "age": 44,
    ]

    @Test("What is declared is sealed where it stands, all else stays, and it opens as it was")
    func sealing() async throws {
        let world = try await PrivacyWorld()
        let sealed = try await world.seal(Self.document, .output("fetch"))
        #expect(sealed["id"] == 7)
        #expect(sealed["customer"]?["id"] == Self.document["customer"]?["id"])
        #expect(sealed["stops"]?[0]?["stop"] == 1)
        #expect(sealed["age"]?.int == nil)
        for hidden in ["Zoë", "Hauptstra", "52.5123"] {
            #expect(!sealed.text().contains(hidden))
        }
        let name = try #require(sealed["customer"]?["name"]?.string)
        #expect(name.hasPrefix("enc:v1:\(PrivacyWorld.customer):customer.name:"))
        #expect(name.hasSuffix(";"))
        #expect(try await world.open(sealed) == Self.document)
        // Through the text that is stored, and by another process.
        let stored = try JSON(parsing: sealed.text())
        #expect(try await world.open(stored, by: world.another()) == Self.document)
        #expect(try await world.seal(Self.document, .output("other")) == Self.document)
    }

    @Test("Once the person is erased it reads as [erased], or as the form that was declared")
    func erasing() async throws {
        let world = try await PrivacyWorld()
        let sealed = try await world.seal(Self.document, .output("fetch"))
        let record = try await world.erase()
        #expect(record.erasedAt == world.clock.now())
        let expected: JSON = [
            "id": 7, "customer": ["id": .string(PrivacyWorld.customer.id), "name": "[erased]"],
            "stops": [["stop": 1, "place": ["latitude": 52.5]]], "age": 0,
        ]
        #expect(try await world.open(sealed) == expected)
        let wrapped = try await world.database.query(
            "SELECT wrapped FROM person_key",
            []
        ) { $0.isNull(0) }
        #expect(wrapped == [true])
        // What comes late is not kept, and makes no new key.
        #expect(try await world.seal(Self.document, .output("fetch")) == expected)
        #expect(try await world.erase().id == record.id)
    }

    @Test(
        "After an erasure the store's files are cleared, once, and again after the next",
        .enabled(if: !TestDatabase.isPostgres)
    )
    func clearing() async throws {
        let world = try await PrivacyWorld()
        _ = try await world.seal(Self.document, .output("fetch"))
        let keys = world.privacy.keys
        // Nothing to do, so that it does not matter that nothing may be done.
        #expect(try await keys.clear(world.database, rewritingAtMost: 0))
        try await world.erase()
        #expect(try await !keys.clear(world.database, rewritingAtMost: 0))
        #expect(try await keys.clear(world.database, rewritingAtMost: 1 << 30))
        #expect(try await keys.clear(world.database, rewritingAtMost: 0))
        try await world.erase()
        #expect(try await !keys.clear(world.database, rewritingAtMost: 0))
    }

    @Test("No process uses a key after another one erased it, nor seals under it")
    func acrossProcesses() async throws {
        let world = try await PrivacyWorld()
        let other = world.another()
        let sealed = try await world.seal(Self.document, .output("fetch"))
        #expect(try await world.open(sealed, by: other) == Self.document)
        #expect(other.keys.cached == 1)
        try await world.erase()
        #expect(try await world.open(sealed, by: other)["customer"]?["name"] == "[erased]")
        #expect(other.keys.cached == 0)
        let late = try await world.seal(Self.document, .output("fetch"), by: other)
        #expect(late["customer"]?["name"] == "[erased]")
    }

    @Test("A key that was made in a transaction that fails is not used after it")
    func failedTransaction() async throws {
        struct Fails: Error {}
        let world = try await PrivacyWorld()
        await #expect(throws: Fails.self) {
            try await world.database.transaction { [privacy = world.privacy] transaction in
                _ = try privacy.seal(
                    Self.document,
                    at: .output("fetch"),
                    of: PrivacyWorld.organisation,
                    in: transaction
                )
                throw Fails()
            }
        }
        #expect(world.privacy.keys.cached == 0)
        let sealed = try await world.seal(Self.document, .output("fetch"))
        #expect(try await world.open(sealed, by: world.another()) == Self.document)
    }

    @Test("An erased person is known again only when that is said, and what was erased stays so")
    func readmitting() async throws {
        let world = try await PrivacyWorld()
        let scope = world.scope()
        let readmit = { @Sendable [keys = world.privacy.keys] (transaction: any Transaction) in
            try keys.readmit(PrivacyWorld.customer, scope: scope, in: transaction)
        }
        let old = try await world.seal(Self.document, .output("fetch"))
        #expect(try await !world.database.transaction(readmit))
        try await world.erase()
        #expect(try await world.database.transaction(readmit))
        let new = try await world.seal(Self.document, .output("fetch"))
        #expect(try await world.open(new) == Self.document)
        #expect(try await world.open(old)["customer"]?["name"] == "[erased]")
    }

    @Test("An organisation's key opens and erases nothing of another's")
    func organisations() async throws {
        let world = try await PrivacyWorld()
        let other: ID<Organisation> = ID(high: 9, low: 9)
        let sealed = try await world.seal(Self.document, .output("fetch"))
        let theirs = try await world.seal(Self.document, .output("fetch"), of: other)
        #expect(try await world.open(sealed, of: other)["customer"]?["name"] == "[erased]")
        try await world.erase(other)
        #expect(try await world.open(sealed) == Self.document)
        #expect(try await world.open(theirs, of: other)["customer"]?["name"] == "[erased]")
    }

    @Test("A value that is passed off as another field, or as another person's, does not open")
    func swapping() async throws {
        let world = try await PrivacyWorld()
        let text = try await world.text("because")
        #expect(try await world.open(.string(text)) == "because")
        let renamed = text.replacing("order.reason", with: "order.notes")
        #expect(try await world.open(.string(renamed)) == "[erased]")
        let other = DataSubject("customer", ID<PrivacyWorld>(high: 4, low: 4))
        let moved = text.replacing(PrivacyWorld.customer.id, with: other.id)
        #expect(try await world.open(.string(moved)) == "[erased]")
    }

    @Test("Inside a longer text the sealed part alone is replaced")
    func embedded() async throws {
        let world = try await PrivacyWorld()
        let one = try await world.text("Ada \"L\"")
        let two = try await world.text("äöü;")
        let text = "Dear \(one), not \(two)enc:v1: or enc:v1:x:y; — \(one)"
        #expect(
            try await world.open(.string(text))
                == "Dear Ada \"L\", not äöü;enc:v1: or enc:v1:x:y; — Ada \"L\""
        )
        try await world.erase()
        #expect(
            try await world.open(.string(text))
                == "Dear [erased], not [erased]enc:v1: or enc:v1:x:y; — [erased]"
        )
    }

    @Test("Events are sealed by their type; what is empty stays")
    func events() async throws {
        let world = try await PrivacyWorld()
        let id = JSON.string(PrivacyWorld.customer.id)
        let data: JSON = ["customerId": id, "reason": "said so"]
        let sealed = try await world.seal(data, .event("order.cancelled"))
        #expect(sealed != data)
        #expect(try await world.seal(data, .event("orders.x")) == data)
        // What is sealed, or looks so, is sealed too.
        let twice = try await world.seal(sealed, .event("order.cancelled"))
        #expect(twice != sealed)
        #expect(try await world.open(twice) == data)
        let posing: JSON = ["customerId": id, "reason": "call Ada; enc:v1:;"]
        let hidden = try await world.seal(posing, .event("order.cancelled"))
        #expect(!hidden.text().contains("Ada"))
        #expect(try await world.open(hidden) == posing)
        for reason: JSON in [nil, ""] {
            let empty: JSON = ["customerId": id, "reason": reason]
            #expect(try await world.seal(empty, .event("order.placed")) == empty)
        }
        // Nothing was asked of the store for those.
        let text = JSONText(["customer": ["name": "x;", "id": id]])
        #expect(world.privacy.subject(of: text, at: .output("fetch")) == PrivacyWorld.customer)
        #expect(world.privacy.subject(of: text, at: .output("other")) == nil)
        #expect(world.privacy.subject(of: JSONText([1]), at: .output("fetch")) == nil)
    }

    @Test(
        "What somebody wrote is no erasure; what was sealed before one is, and so is who it is about"
    )
    func whoWasErased() async throws {
        let world = try await PrivacyWorld()
        let data: JSON = ["customerId": .string(PrivacyWorld.customer.id), "reason": "[erased]"]
        let sealed = try await world.seal(data, .event("order.cancelled"))
        func isErased(_ json: JSON) async throws -> (sealed: Bool, about: Bool) {
            try await world.database.read { [privacy = world.privacy] reader in
                var isErased = false
                _ = try privacy.open(
                    json,
                    of: PrivacyWorld.organisation,
                    in: reader,
                    isErased: &isErased
                )
                let isAbout = try privacy.isAboutErased(
                    json,
                    at: .event("order.cancelled"),
                    of: PrivacyWorld.organisation,
                    in: reader
                )
                return (isErased, isAbout)
            }
        }
        #expect(try await isErased(sealed) == (false, false))
        #expect(try await isErased(data) == (false, false))
        #expect(!Privacy.agree(data, ["customerId": 1, "reason": "x"], isErased: false))
        try await world.erase()
        #expect(try await isErased(sealed) == (true, true))
        // Kept after the erasure, in clear.
        #expect(try await isErased(data) == (false, true))
        #expect(try await isErased(["reason": "[erased]"]) == (false, false))
    }

    @Test(
        "Any document with sealed values anywhere opens as it was, and erased has the same shape",
        arguments: 1...60
    )
    func anyDocument(_ seed: UInt64) async throws {
        let world = try await PrivacyWorld()
        let random = SeededRandom(seed: seed)
        let (plain, paths) = Self.document(random, depth: 4)
        let data = PersonalData(
            paths.enumerated().map { PersonalField("f\($0.offset)", at: $0.element) },
            in: [.output("any")],
            of: "customer",
            at: "/person"
        )
        let privacy = Privacy(keys: world.privacy.keys, fields: [data])
        let id = JSON.string(PrivacyWorld.customer.id)
        let document: JSON = ["person": id, "root": plain]
        let sealed = try await world.seal(document, .output("any"), by: privacy)
        #expect(try await world.open(JSON(parsing: sealed.text())) == document, "seed \(seed)")
        if !paths.isEmpty { #expect(sealed != document, "seed \(seed)") }
        try await world.erase()
        let erased = try await world.open(sealed)
        var expected = document
        for path in paths {
            expected = PersonalField.replace(in: expected, PersonalField.steps(path)[...]) { _ in
                "[erased]"
            }
        }
        #expect(erased == expected, "seed \(seed)")
        #expect(Privacy.agree(erased, document, isErased: true), "seed \(seed)")
    }

    /// A document at `/root`, and some pointers to leaves in it that are not empty.
    private static func document(_ random: SeededRandom, depth: Int) -> (JSON, [String]) {
        var paths: [String] = []
        func make(_ at: String, _ depth: Int) -> JSON {
            switch random.next() % (depth > 0 ? 7 : 5) {
            case 0: return .null
            case 1:
                if random.next() % 2 == 0 { paths.append(at) }
                return .bool(true)
            case 2:
                if random.next() % 2 == 0 { paths.append(at) }
                return .double(Double(random.next() % 1_000_000) / 64)
            case 3, 4:
                if random.next() % 2 == 0 { paths.append(at) }
                let texts = ["ä;ö", "enc:v1:", "\"\\\n", "😀", "x", "enc:v1:a:b:c:d;"]
                return .string(texts[Int(random.next() % UInt64(texts.count))])
            default:
                var object = JSONObject()
                for _ in 0...random.next() % 4 {
                    let key = ["a", "b/c", "d~e", "ü", ""][Int(random.next() % 5)]
                    let escaped = key.replacing("~", with: "~0").replacing("/", with: "~1")
                    guard object[key] == nil else { continue }
                    object[key] = make(at + "/" + escaped, depth - 1)
                }
                return .object(object)
            }
        }
        let json = make("/root", depth)
        return (json, paths)
    }
}
