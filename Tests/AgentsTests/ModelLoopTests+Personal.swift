import Agents
import Core
import Models
import Privacy
import Store
import Testing

/// What a model reads of persons, and what is kept of it.
extension ModelLoopTests {
    @Test("A model reads placeholders, tools get the values, and the journal keeps them sealed")
    func masks() async throws {
        let world = try await LoopWorld()
        try await world.set { _ in }
        let opening = Script([Script.calls(("desk_fetch", [:]))], clock: world.clock)
        // The first run ends where the script does; it shows how the placeholder reads.
        try await world.run(opening)
        let shown = try #require(opening.requests.last?.messages.last?.parts.first)
        guard case .result(let result) = shown, let name = result.content["output"]?["name"]?.string
        else {
            Issue.record("nothing was fetched")
            return
        }
        #expect(name.hasPrefix("<<customer.name 1 ") && result.content["output"]?["size"] == 3)

        let again = try await LoopWorld()
        try await again.set { _ in }
        let models = Script(
            [
                Script.calls(("desk_fetch", [:])),
                Script.calls(("desk_write", ["for": .string(name)])),
                Script.concludes(why: "\(name) has waited longest"),
            ],
            clock: again.clock
        )
        try await again.run(models)
        #expect(models.requests.allSatisfy { !$0.json.text().contains(LoopWorld.person) })
        #expect(try await again.written() == [#"{"for":"\#(LoopWorld.person)"}"#])
        for text in try await again.texts("SELECT body FROM decision")
            + again.texts("SELECT output FROM agent_step")
            + again.texts("SELECT input FROM agent_step")
        {
            #expect(!text.contains(LoopWorld.person))
        }
        let decision = try #require(try await again.decisions().first)
        let opened = try await again.database.read { [privacy = again.privacy] in
            try privacy.open(decision, of: LoopWorld.organisation, in: $0)
        }
        #expect(opened["rationale"] == .string("\(LoopWorld.person) has waited longest"))
    }

    @Test(
        "A personal value fits where the tool wants its form, and what does not fit is told without it"
    )
    func maskedArguments() async throws {
        let mail = try Tool(
            name: "desk.mail",
            purpose: "Writes to somebody.",
            input: [
                "type": "object", "required": ["to"],
                "properties": ["to": ["type": "string", "format": "email"]],
            ],
            body: .write { input, _ in
                { transaction in
                    try transaction.execute(
                        "INSERT INTO written (key, note) VALUES ('mail', ?)",
                        [.text(try input.member("to").string())]
                    )
                    return true
                }
            }
        )
        func world() async throws -> LoopWorld {
            let world = try await LoopWorld(tools: [mail]) { $0.tools.insert("desk.mail") }
            try await world.set { _ in }
            return world
        }
        // The first run ends where the script does; it shows how the placeholders read.
        let opening = Script([Script.calls(("desk_fetch", [:]))], clock: try await world().clock)
        try await world().run(opening)
        guard case .result(let shown)? = opening.requests.last?.messages.last?.parts.first,
            let email = shown.content["output"]?["email"],
            let name = shown.content["output"]?["name"]
        else {
            Issue.record("nothing was fetched")
            return
        }
        let again = try await world()
        let models = Script(
            [
                Script.calls(("desk_fetch", [:])), Script.calls(("desk_mail", ["to": name])),
                Script.calls(("desk_mail", ["to": email])), Script.concludes(),
            ],
            clock: again.clock
        )
        try await again.run(models)
        #expect(try await again.written() == [LoopWorld.email])
        guard case .result(let told)? = models.requests[2].messages.last?.parts.first else {
            Issue.record("the model was told nothing")
            return
        }
        #expect(told.isError && told.content["violations"]?[0]?["pointer"] == "/to")
        #expect(models.requests.allSatisfy { !$0.json.text().contains(LoopWorld.person) })
    }

    @Test(
        "A model that may read what is personal leaves none of it in clear, and a replay finds the same"
    )
    func shows() async throws {
        let world = try await LoopWorld()
        try await world.set { $0.personal = .shown }
        let models = Script(
            [
                Script.calls(("desk_fetch", [:])),
                Script.calls(("desk_write", ["for": .string(LoopWorld.person), "size": 3])),
                Script.concludes(
                    "serve Ms Marquardt",
                    why: "\(LoopWorld.person) has waited longest",
                    output: ["done": true, "for": "Elisabeth"]
                ),
            ],
            clock: world.clock
        )
        try await world.run(models)
        #expect(models.requests.last?.json.text().contains(LoopWorld.person) == true)
        // The tool got what the model wrote.
        let wrote = try JSON(parsing: try #require(try await world.written().first))
        #expect(wrote == ["for": .string(LoopWorld.person), "size": 3])
        let kept =
            try await world.texts("SELECT body FROM decision")
            + world.texts("SELECT output FROM agent_step")
            + world.texts("SELECT input FROM agent_step")
        #expect(kept.count == 1 + 2 * 5)
        for text in kept {
            for word in ["Elisabeth", "Marquardt"] { #expect(!text.contains(word), "\(text)") }
        }
        let decision = try #require(try await world.decisions().first)
        let opened = try await world.database.read { [privacy = world.privacy] in
            try privacy.open(decision, of: LoopWorld.organisation, in: $0)
        }
        #expect(opened["rationale"] == .string("\(LoopWorld.person) has waited longest"))
        #expect(opened["choice"] == "serve Ms Marquardt")
        #expect(opened["output"]?["for"] == "Elisabeth")
        let id = try #require(try await world.texts("SELECT id FROM decision").first)
        let replayed = try await DecisionReplayer(world.office(nil)).replay(
            try #require(ID<Decision>(id)),
            scope: world.invocation.scope
        )
        guard case .same = replayed else {
            Issue.record("the replay differs: \(replayed)")
            return
        }
    }
}
