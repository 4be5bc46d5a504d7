import Core
import Foundation
import Testing

@testable import Models

@Suite(.enabled(if: ModelServer.isAvailable, "run scripts/deps first"), .timeLimit(.minutes(2)))
struct ModelCheckTests {
    private let server: ModelServer
    private let name = "c-\(UUID().uuidString.lowercased())"

    init() throws {
        server = try ModelServer.shared.get()
    }

    private func provider(_ kind: TestProtocol, _ key: String = "sk-test") -> JSON {
        [
            "kind": .string(kind.rawValue),
            "url": .string(kind == .openai ? server.url + "/v1" : server.url),
            "region": "eu-central-1",
            "credentials": kind == .bedrock
                ? [
                    "accessKeyId": "AKIDTEST",
                    "secretAccessKey": .string(key == "sk-test" ? "secret-test" : key),
                ]
                : ["apiKey": .string(key)],
        ]
    }

    private func report(_ provider: JSON, _ model: JSON = [:], played turns: [JSON] = [])
        async throws -> ModelCheckReport
    {
        try await server.play(
            turns.map { turn in
                var turn = turn
                var when = turn["when"] ?? [:]
                when["model"] = .string(name)
                turn["when"] = when
                return turn
            }
        )
        let world = try await ModelWorld(server: server)
        let made = try await world.model(name, at: try await world.provider(provider), model)
        return try await world.gateway.check(made.id, scope: world.scope)
    }

    private func outcomes(_ report: ModelCheckReport) -> [String] {
        report.findings.map { "\($0.step.rawValue) \($0.outcome.rawValue)" }
    }

    @Test("A model that works is said to work", arguments: TestProtocol.allCases)
    func works(kind: TestProtocol) async throws {
        // The server calls the first tool that it may call with the least that fits the schema.
        let report = try await report(provider(kind))
        #expect(report.works)
        #expect(
            outcomes(report) == [
                "reach ok", "credentials ok", "model ok", "streaming ok", "tools ok", "json ok",
            ]
        )
        #expect(report.costMicros > 0)
        #expect(report.latency != nil)
    }

    @Test(
        "Credentials that are not good are told, with what to do",
        arguments: TestProtocol.allCases
    )
    func credentials(kind: TestProtocol) async throws {
        let report = try await report(provider(kind, "wrong"))
        #expect(!report.works)
        #expect(
            outcomes(report) == [
                "reach ok", "credentials failed", "model skipped", "streaming skipped",
                "tools skipped", "json skipped",
            ]
        )
        #expect(report.findings[1].advice != nil)
        #expect(!report.json.text().contains("wrong\""))
    }

    @Test("A server that is not there, speaks something else, or has no such model")
    func unreachable() async throws {
        var nowhere = provider(.openai)
        nowhere["url"] = "http://127.0.0.1:1/v1"
        #expect(outcomes(try await report(nowhere)).first == "reach failed")
        let html: JSON = ["fault": ["body": "<html></html>"], "times": 0]
        #expect(
            outcomes(try await report(provider(.openai), played: [html])).first == "reach failed"
        )
        var misspelt = provider(.openai)
        misspelt["url"] = .string(server.url + "/v2")
        let found = try await report(misspelt)
        #expect(Array(outcomes(found).prefix(3)) == ["reach ok", "credentials ok", "model failed"])
    }

    @Test("What a model or server lacks is told, with the setting that helps")
    func lacking() async throws {
        let whole: JSON = [
            "when": ["schema": false, "stream": true], "say": ["no tool, sorry"], "times": 0,
        ]
        let prose: JSON = ["when": ["schema": true], "say": ["seven"], "times": 0]
        let report = try await report(provider(.openai), played: [whole, prose])
        #expect(!report.works)
        #expect(Array(outcomes(report).suffix(2)) == ["tools failed", "json failed"])
        #expect(
            report.findings.last?.advice == "Set answers to tool or to instruction and check again."
        )
    }

    @Test("A model for vectors is checked for its vectors")
    func embedding() async throws {
        let good = try await report(provider(.openai), ["purpose": "embedding", "dimensions": 64])
        #expect(outcomes(good) == ["reach ok", "credentials ok", "model ok", "embedding ok"])
        let none = try await report(
            provider(.anthropic),
            ["purpose": "embedding", "name": "b-embedding"]
        )
        #expect(outcomes(none) == ["model failed"])
    }
}
