import Core
import Store
import StoreTesting
import Testing

@testable import Models

@Suite struct ModelRecordsTests {
    private func fault(_ body: () async throws -> Void) async -> (any Fault)? {
        do {
            try await body()
            return nil
        } catch {
            return error as? any Fault
        }
    }

    @Test("Credentials are sealed, never shown, and open for their provider only")
    func secrets() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        #expect(provider.json["credentials"] == "…cdef")
        let stored = try await world.database.query("SELECT secret, hint FROM models_provider", [])
        { row in
            (try row.text(0), try row.optionalText(1))
        }
        #expect(stored.count == 1)
        #expect(!stored[0].0.contains("sk-ant"))
        #expect(try world.providers.credentials(of: provider).apiKey == "sk-ant-0123456789abcdef")
        var other = try await world.provider(["name": "other"])
        other.sealed = provider.sealed
        #expect(throws: (any Error).self) { try world.providers.credentials(of: other) }
        let bedrock = try await world.provider([
            "name": "aws", "kind": "bedrock", "region": "eu-central-1",
            "credentials": [
                "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "s3cr3t", "sessionToken": "t",
            ],
        ])
        #expect(bedrock.json["credentials"] == "AKIDEXAMPLE")
        #expect(bedrock.base == "https://bedrock-runtime.eu-central-1.amazonaws.com")
        let local = try await world.provider([
            "name": "local", "kind": "openai", "credentials": nil, "url": "https://llm.example/v1/",
        ])
        #expect(local.json["credentials"] == .null)
        #expect(local.base == "https://llm.example/v1")
    }

    static let bad: [(JSON, String)] = [
        (["name": "Main"], "/name"), (["name": ""], "/name"), (["kind": "gpt"], "/kind"),
        (["sensitivity": "secret"], "/sensitivity"), (["url": "http://llm.example"], "/url"),
        (["url": "ftp://llm.example"], "/url"), (["url": "https://user:pw@llm.example"], "/url"),
        (["url": "https://llm.example/?key=1"], "/url"), (["region": "EU Central"], "/region"),
        (["kind": "bedrock"], "/region"), (["credentials": nil], "/credentials"),
        (["credentials": ["apiKey": "a\nb"]], "/credentials/apiKey"),
        (["credentials": ["key": "x"]], "/credentials/key"),
        (
            ["kind": "bedrock", "region": "eu-central-1", "credentials": ["accessKeyId": "x"]],
            "/credentials"
        ),
    ]

    @Test(
        "What makes no sense is refused where it stands, and changes nothing",
        arguments: Array(bad.indices)
    )
    func badProviders(index: Int) async throws {
        let (changes, pointer) = Self.bad[index]
        let world = try await ModelWorld()
        let found = await fault { try await world.provider(changes) }
        #expect(found?.pointer == pointer, "\(changes)")
        let count = try await world.database.query("SELECT 1 FROM models_provider", []) {
            try $0.int(0)
        }
        #expect(count.isEmpty)
    }

    @Test("Names are taken once, and a provider with models stays")
    func names() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        #expect(await fault { try await world.provider() }?.code == "name-taken")
        let model = try await world.model("one", at: provider)
        #expect(await fault { try await world.model("one", at: provider) }?.code == "name-taken")
        let inUse = await fault {
            try await world.database.transaction {
                _ = try world.providers.remove(provider.id, scope: world.scope, in: $0)
            }
        }
        #expect(inUse?.code == "in-use")
        #expect(inUse?.kind == .conflict)
        try await world.database.transaction {
            try world.models.remove(model.id, scope: world.scope, in: $0)
            try world.providers.remove(provider.id, scope: world.scope, in: $0)
        }
    }

    @Test("Another address needs the credentials anew")
    func moved() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        func change(_ input: JSON) async throws -> ModelProvider {
            try await world.database.transaction {
                try world.providers.change(
                    provider.id,
                    JSONReader(input),
                    scope: world.scope,
                    in: $0
                )
            }
        }
        let refused = await fault { _ = try await change(["url": "https://evil.example"]) }
        #expect(refused?.pointer == "/credentials")
        let renamed = try await change(["name": "renamed", "enabled": false])
        #expect(try world.providers.credentials(of: renamed).apiKey == "sk-ant-0123456789abcdef")
        let moved = try await change([
            "url": "https://proxy.example", "credentials": ["apiKey": "sk-new"],
        ])
        #expect(try world.providers.credentials(of: moved).apiKey == "sk-new")
        #expect(moved.json["credentials"] == "…")
    }

    @Test("Another organisation's things are not there")
    func foreign() async throws {
        let world = try await ModelWorld()
        let provider = try await world.provider()
        let model = try await world.model("one", at: provider)
        let budget = try await world.budget(["period": "day", "tokens": 5])
        let stranger = ModelWorld.scope(organisation: ID(high: 9, low: 9))
        for attempt in [
            { _ = try world.providers.record(provider.id, scope: stranger, in: $0) },
            { _ = try world.models.record(model.id, scope: stranger, in: $0) },
            { _ = try world.budgets.record(budget.id, scope: stranger, in: $0) },
        ] as [@Sendable (any Reader) throws -> Void] {
            #expect(await fault { try await world.database.read(attempt) }?.kind == .notFound)
        }
        let theirs: JSON = ["name": "mine", "provider": provider.id.json, "model": "m"]
        let found = await fault {
            try await world.database.transaction {
                _ = try world.models.add(JSONReader(theirs), scope: stranger, in: $0)
            }
        }
        #expect(found?.pointer == "/provider")
    }

    @Test("Budgets need a limit, and one agent has one for a period")
    func budgets() async throws {
        let world = try await ModelWorld()
        #expect(await fault { try await world.budget(["period": "day"]) }?.pointer == "/cost")
        #expect(
            await fault { try await world.budget(["period": "day", "cost": "-1"]) }?.pointer
                == "/cost"
        )
        #expect(
            await fault { try await world.budget(["period": "week", "cost": "1"]) }?.pointer
                == "/period"
        )
        let budget = try await world.budget(["agent": "a", "period": "day", "cost": "1"])
        #expect(budget.json["cost"] == "1.00")
        #expect(
            await fault { try await world.budget(["agent": "a", "period": "day", "cost": "2"]) }?
                .kind == .conflict
        )
        try await world.budget(["agent": "a", "period": "month", "cost": "2"])
        try await world.budget(["period": "day", "cost": "2"])
    }
}
