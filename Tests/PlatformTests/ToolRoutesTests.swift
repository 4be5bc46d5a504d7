import Core
import HTTP
import Platform
import Testing

@Suite struct ToolRoutesTests {
    @Test("The same key and body give the same answer and one record")
    func repetition() async throws {
        let world = try await NoteWorld()
        let first = await world.post(["body": "once"], key: "k-1")
        let second = await world.post(["body": "once"], key: "k-1")
        #expect(first.status == 201)
        #expect(second.status == 201)
        #expect(first.json?["id"]?.string != nil)
        #expect(first.json == second.json)
        #expect(try await world.count() == 1)
    }

    @Test("The same request many times at once gives one record and one answer")
    func race() async throws {
        let world = try await NoteWorld()
        let answers = await withTaskGroup(of: JSON?.self) { group in
            for _ in 0..<20 {
                group.addTask { await world.post(["body": "once"], key: "k-1").json }
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1?.text() ?? "") }
        }
        #expect(answers.count == 1)
        #expect(try await world.count() == 1)
    }

    @Test("The same key with another body is refused")
    func otherBody() async throws {
        let world = try await NoteWorld()
        _ = await world.post(["body": "once"], key: "k-1")
        let other = await world.post(["body": "twice"], key: "k-1")
        #expect(other.status == 422)
        #expect(other.json?["code"]?.string == "idempotency-key-reused")
        #expect(try await world.count() == 1)
    }

    @Test("Without a key every request makes a record")
    func withoutKey() async throws {
        let world = try await NoteWorld()
        _ = await world.post(["body": "a"])
        _ = await world.post(["body": "a"])
        #expect(try await world.count() == 2)
    }

    @Test("A key belongs to the account that used it")
    func accounts() async throws {
        let world = try await NoteWorld()
        let mine = await world.post(["body": "mine"], key: "k-1", as: "1 planner")
        let yours = await world.post(["body": "yours"], key: "k-1", as: "2 planner")
        #expect(mine.status == 201)
        #expect(yours.status == 201)
        #expect(yours.json?["body"]?.string == "yours")
    }

    @Test("A refused request does not use its key up")
    func refusedFirst() async throws {
        let world = try await NoteWorld()
        #expect(await world.post(["body": ""], key: "k-1").status == 422)
        #expect(await world.post(["body": "good"], key: "k-1").status == 201)
    }

    @Test("A key is forgotten after a day, not before")
    func forgetting() async throws {
        let world = try await NoteWorld()
        _ = await world.post(["body": "once"], key: "k-1")
        world.clock.advance(by: .seconds(86_400))
        try await world.routes.forgetOldKeys()
        #expect(await world.post(["body": "other"], key: "k-1").status == 422)
        world.clock.advance(by: .seconds(1))
        try await world.routes.forgetOldKeys()
        #expect(await world.post(["body": "other"], key: "k-1").status == 201)
    }

    @Test("A key has 1 to 200 characters", arguments: [("", 422), ("k", 201)])
    func keyLength(_ key: String, _ status: Int) async throws {
        let world = try await NoteWorld()
        #expect(await world.post(["body": "a"], key: key).status == status)
    }

    @Test("A key of 200 characters is taken, one of 201 refused")
    func longKeys() async throws {
        let world = try await NoteWorld()
        let longest = String(repeating: "k", count: 200)
        #expect(await world.post(["body": "a"], key: longest).status == 201)
        #expect(await world.post(["body": "a"], key: longest + "k").status == 422)
    }

    @Test("Who is not signed in gets 401, who lacks the role 403, and nothing is recorded")
    func authority() async throws {
        let world = try await NoteWorld()
        #expect(await world.post(["body": "a"], as: nil).status == 401)
        #expect(await world.post(["body": "a"], key: "k-1", as: nil).status == 401)
        #expect(await world.post(["body": "a"], as: "1 viewer").status == 403)
        #expect(await world.post(["body": "a"], key: "k-1", as: "1 viewer").status == 403)
        #expect(await world.get("/notes", as: nil).status == 401)
        #expect(try await world.count() == 0)
    }

    @Test("An answer kept for a planner is not given to somebody without a sign-in")
    func keptAnswer() async throws {
        let world = try await NoteWorld()
        _ = await world.post(["body": "a"], key: "k-1")
        #expect(await world.post(["body": "a"], key: "k-1", as: nil).status == 401)
    }

    @Test("Numbers in the query become numbers where the tool's schema says so")
    func query() async throws {
        let world = try await NoteWorld()
        for body in ["a", "b", "c"] { _ = await world.post(["body": .string(body)]) }
        #expect(await world.get("/notes?limit=2").json?.array?.count == 2)
        #expect(await world.get("/notes?limit=two").status == 422)
        let unknown = await world.get("/notes?limt=2")
        #expect(unknown.status == 400)
        #expect(unknown.json?["pointer"]?.string == "/limt")
        #expect(unknown.json?["detail"]?.string?.contains("did you mean \"limit\"?") == true)
        #expect(await world.get("/notes?limit=2&limit=3").status == 400)
    }

    @Test("A body that is no object is refused")
    func body() async throws {
        let world = try await NoteWorld()
        #expect(await world.post(["a"]).status == 422)
        #expect(await world.post(["body": "a", "extra": 1]).status == 422)
    }

    @Test("A route to a tool that is not there is refused at the start")
    func unknownTool() async throws {
        let world = try await NoteWorld()
        var router = Router()
        #expect {
            try world.routes.add([ToolRoute(.get, "/x", tool: "test.nothing")], to: &router)
        } throws: {
            ($0 as? GeneralFault)?.code == "unknown-tool"
        }
    }
}
