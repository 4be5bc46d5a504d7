import Core
import Foundation
import Synchronization
import Testing
import Web

@testable import Models

/// The protocols over a network, against a server that holds requests and answers to the published shapes.
@Suite(.enabled(if: ModelServer.isAvailable, "run scripts/deps first"), .timeLimit(.minutes(2)))
struct RemoteModelTests {
    private let server: ModelServer
    private let name = "m-\(UUID().uuidString.lowercased())"

    init() throws {
        server = try ModelServer.shared.get()
    }

    private static let city: JSON = [
        "type": "object", "properties": ["city": ["type": "string"]], "required": ["city"],
        "additionalProperties": false,
    ]
    private static let tool = ModelTool(name: "weather", purpose: "The weather.", input: city)

    private func request(_ text: String = "How is it?") -> ModelRequest {
        ModelRequest(
            system: "Be brief.",
            messages: [ModelMessage(.user, [.text(text)])],
            timeout: .seconds(20)
        )
    }

    private func turn(_ members: JSON) -> JSON {
        var turn = members
        var when = members["when"] ?? [:]
        when["model"] = .string(name)
        turn["when"] = when
        return turn
    }

    private func heard(
        _ model: RemoteModel,
        _ request: ModelRequest
    ) async throws -> (reply: ModelReply, text: String, calls: [String]) {
        let heard = Mutex<(String, [String])>(("", []))
        let reply = try await model.reply(to: request) { piece in
            heard.withLock { heard in
                switch piece {
                case .text(let text): heard.0 += text
                case .callBegan(_, let name): heard.1.append(name)
                case .restarted: break
                }
            }
        }
        let (text, calls) = heard.withLock { $0 }
        return (reply, text, calls)
    }

    private func fault(_ model: RemoteModel, _ request: ModelRequest? = nil) async -> ModelFault? {
        do throws(ModelFault) {
            _ = try await model.reply(to: request ?? self.request()) { _ in }
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "A conversation with thoughts and parallel tools goes there and back",
        arguments: TestProtocol.allCases,
        [true, false]
    )
    func conversation(kind: TestProtocol, streams: Bool) async throws {
        let calls: JSON = [
            ["think": "Two cities, then."], "Ich prüfe das …",
            ["call": "weather", "input": ["city": "Zürich"]],
            ["call": "weather", "input": ["city": "Köln"]],
        ]
        try await server.play([
            turn(["say": calls, "usage": ["input": 40, "output": 12]]),
            turn(["when": ["after": "weather"], "say": ["Rain in Köln, sun in Zürich."]]),
        ])
        let model = kind.model(name, at: server, ModelTraits(streams: streams))
        var asked = request()
        asked.tools = [Self.tool]
        let (first, text, began) = try await heard(model, asked)
        #expect(first.text == "Ich prüfe das …")
        #expect(first.calls.map(\.input) == [["city": "Zürich"], ["city": "Köln"]])
        #expect(first.stop == .toolCalls)
        #expect(first.usage == ModelUsage(input: 40, output: 12))
        #expect(text == (streams ? "Ich prüfe das …" : ""))
        #expect(began == (streams ? ["weather", "weather"] : []))
        // Its thoughts and calls are taken back; the server refuses what was changed.
        asked.messages.append(ModelMessage(.assistant, first.parts))
        asked.messages.append(
            ModelMessage(
                .user,
                first.calls.map { .result(ModelToolResult(id: $0.id, content: ["degrees": 7])) }
            )
        )
        let (second, _, _) = try await heard(model, asked)
        #expect(second.text == "Rain in Köln, sun in Zürich.")
        #expect(second.stop == .end)
    }

    @Test(
        "An answer by a schema comes by every means",
        arguments: TestProtocol.allCases,
        AnswerMeans.allCases
    )
    func answers(kind: TestProtocol, means: AnswerMeans) async throws {
        if means == .instruction {
            try await server.play([turn(["say": ["```json\n{\"city\": \"x\"}\n```"]])])
        }
        let model = kind.model(name, at: server, ModelTraits(answers: means))
        var asked = request()
        asked.answerSchema = Self.city
        let (reply, text, began) = try await heard(model, asked)
        #expect(try JSON(parsing: reply.text) == ["city": "x"])
        #expect(reply.stop == .end)
        #expect(reply.calls.isEmpty)
        #expect(began.isEmpty)
        #expect(means == .tool ? text.isEmpty : !text.isEmpty)
    }

    @Test(
        "A tool's arguments that are no JSON arrive as they were written",
        arguments: TestProtocol.allCases
    )
    func wrongArguments(kind: TestProtocol) async throws {
        try await server.play([
            turn(["say": [["call": "weather", "arguments": "{\"city\": Köln"]]])
        ])
        var asked = request()
        asked.tools = [Self.tool]
        let (reply, _, _) = try await heard(kind.model(name, at: server), asked)
        #expect(reply.calls.first?.input == .string("{\"city\": Köln"))
        // And may be shown to the model again, with what was wrong.
        asked.messages.append(ModelMessage(.assistant, reply.parts))
        let result = ModelToolResult(id: reply.calls[0].id, content: "no JSON", isError: true)
        asked.messages.append(ModelMessage(.user, [.result(result)]))
        _ = try await heard(kind.model(name, at: server), asked)
    }

    @Test("Refusals and ends by length are told", arguments: TestProtocol.allCases)
    func stops(kind: TestProtocol) async throws {
        try await server.play([
            turn(["say": ["I will not."], "stop": "refusal"]),
            turn(["say": ["Once upon"], "stop": "length"]),
        ])
        let model = kind.model(name, at: server)
        #expect(try await heard(model, request()).reply.stop == .refusal)
        #expect(try await heard(model, request()).reply.stop == .length)
    }

    static let faults: [(JSON, ModelFault.Code)] = [
        (["status": 429, "retryAfter": 3], .throttled), (["status": 500], .unavailable),
        (["status": 503], .unavailable), (["status": 529], .unavailable),
        (["status": 400], .refusedRequest),
        (["status": 403], .unauthorised), (["cut": true], .malformed),
        (["cut": true, "after": 9], .malformed),
        (["malformed": true], .malformed), (["error": "overloaded"], .unavailable),
        (["error": "throttled"], .throttled), (["body": "<html>hello</html>"], .malformed),
        (["close": true], .unavailable), (["hang": true], .timedOut),
    ]

    @Test(
        "What goes wrong fails by its sort",
        arguments: TestProtocol.allCases,
        Array(faults.indices)
    )
    func failures(kind: TestProtocol, index: Int) async throws {
        let (fault, code) = Self.faults[index]
        // libcurl asks again where a kept connection closes.
        let times: JSON = fault["close"] == nil ? 1 : 0
        let words = "some words that take several pieces"
        try await server.play([turn(["say": [.string(words)], "fault": fault, "times": times])])
        var asked = request()
        asked.timeout = fault["hang"] == nil ? .seconds(20) : .milliseconds(400)
        let found = await self.fault(kind.model(name, at: server), asked)
        #expect(found?.code == code, "\(fault): \(String(describing: found))")
        if fault["retryAfter"] != nil { #expect(found?.retryAfter == .seconds(3)) }
    }

    /// What goes wrong after a good head, and whether words were read and written for it.
    static let broken: [(JSON, Bool)] = [
        (["cut": true, "after": 9], true), (["cut": true], true),
        (["error": "throttled", "after": 0], false),
        (["status": 500], false),
    ]

    @Test(
        "An answer that breaks off costs what was read and written, counted or not",
        arguments: TestProtocol.allCases,
        Array(broken.indices)
    )
    func brokenOff(kind: TestProtocol, index: Int) async throws {
        let (fault, costs) = Self.broken[index]
        let words = "some words that take several pieces"
        try await server.play([turn(["say": [.string(words)], "fault": fault])])
        let found = await self.fault(kind.model(name, at: server))
        let usage = try #require(found).usage
        #expect((usage.total > 0) == costs, "\(fault): \(usage)")
        guard costs else { return }
        // The prompt is never shorter than its words; no more is written than the words take.
        #expect(usage.input >= ("Be brief.How is it?".utf8.count / 4))
        #expect(usage.output <= (words.utf8.count + 3) / 4)
    }

    @Test("A checksum that is wrong is noticed")
    func checksum() async throws {
        try await server.play([turn(["say": ["some words"], "fault": ["crc": true]])])
        #expect(await fault(TestProtocol.bedrock.model(name, at: server))?.code == .malformed)
    }

    @Test("Wrong credentials are told from everything else", arguments: TestProtocol.allCases)
    func credentials(kind: TestProtocol) async {
        let found = await fault(
            kind.model(name, at: server, key: "wrong-key", secret: "wrong-secret")
        )
        #expect(found?.code == .unauthorised)
        #expect(found?.message.contains("wrong-") == false)
    }

    @Test("A task that is cancelled lets go at once", arguments: TestProtocol.allCases)
    func cancellation(kind: TestProtocol) async throws {
        try await server.play([
            turn(["say": ["a long story in many pieces"], "fault": ["pause": 5]])
        ])
        let model = kind.model(name, at: server)
        let task = Task { await fault(model) }
        await Task.yield()
        task.cancel()
        #expect(await task.value?.code == .cancelled)
    }

    @Test("A server on this machine is reached only where that is allowed")
    func privateAddresses() async {
        let wire = ChatCompletions(base: server.url + "/v1", model: name, key: "sk-test")
        let model = RemoteModel(
            wire: wire,
            form: wire.form,
            client: server.client,
            clock: SystemClock(),
            reachesPrivateAddresses: false
        )
        #expect(await fault(model)?.code == .refusedRequest)
    }

    @Test("Texts become vectors in their order", arguments: [TestProtocol.openai, .bedrock])
    func embeddings(kind: TestProtocol) async throws {
        let place = { (model: String) in
            BedrockPlace(
                base: server.url,
                region: "eu-central-1",
                model: model,
                credentials: .bearer("sk-test")
            )
        }
        let wires: [any EmbeddingWire] =
            kind == .openai
            ? [
                OpenAIEmbeddings(
                    base: server.url + "/v1",
                    model: name,
                    key: "sk-test",
                    dimensions: 32
                )
            ]
            : [
                BedrockEmbeddings(place: place("amazon.titan-embed-text-v2:0"), dimensions: 256),
                BedrockEmbeddings(place: place("cohere.embed-multilingual-v3"), dimensions: nil),
            ]
        for wire in wires {
            let model = RemoteEmbeddings(
                wire: wire,
                client: server.client,
                clock: SystemClock(),
                reachesPrivateAddresses: true,
                timeout: .seconds(10)
            )
            let texts = Array(["red lorry", "yellow lorry", "tariff"].prefix(wire.batch))
            let (vectors, usage) = try await model.embed(texts)
            #expect(vectors.count == texts.count)
            #expect(usage.input > 0)
            #expect(vectors.allSatisfy { abs($0.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4 })
            if vectors.count == 3 {
                func near(_ a: [Float], _ b: [Float]) -> Float {
                    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
                }
                #expect(near(vectors[0], vectors[1]) > near(vectors[0], vectors[2]))
            }
        }
    }
}
