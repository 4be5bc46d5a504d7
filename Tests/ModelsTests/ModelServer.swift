import Core
import Foundation
import Testing
import Web

@testable import Models

/// `Tests/EndToEnd/model_server.py` in a child process, one for all tests, which tell their turns apart by
/// the model's name.
final class ModelServer: Sendable {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appending(path: ".venv/bin/python").path
    static let isAvailable = FileManager.default.isExecutableFile(atPath: python)
    static let shared = Result { try ModelServer() }

    let url: String
    let client = CurlWebClient()

    init() throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: Self.python)
        process.arguments = [Self.root.appending(path: "Tests/EndToEnd/model_server.py").path]
        process.standardOutput = output
        // The end of this pipe, when the tests end, ends the server.
        process.standardInput = Pipe()
        try process.run()
        var line = ""
        while !line.hasSuffix("\n"), case let more = output.fileHandleForReading.availableData,
            !more.isEmpty
        {
            line += String(decoding: more, as: UTF8.self)
        }
        let port = try #require(Int(line.split(whereSeparator: \.isWhitespace).last ?? ""))
        url = "http://127.0.0.1:\(port)"
    }

    /// Adds turns to the script.
    func play(_ turns: [JSON]) async throws {
        let script: JSON = ["turns": .array(turns), "add": true]
        let answer = try await client.send(
            WebRequest("POST", url + "/script", body: script.bytes(), reachesPrivateAddresses: true)
        )
        #expect(answer.status == 200)
    }

    /// What was asked of a model.
    func requests(of model: String) async throws -> [JSON] {
        let answer = try await client.send(
            WebRequest(
                "GET",
                url + "/requests",
                answerLimit: 64 << 20,
                reachesPrivateAddresses: true
            )
        )
        return try JSON(parsing: answer.body).array?.filter {
            $0["body"]?["model"]?.string == model || $0["path"]?.string?.contains(model) == true
        } ?? []
    }
}

/// The three protocols of the server.
enum TestProtocol: String, CaseIterable, Sendable {
    case anthropic
    case openai
    case bedrock

    /// A model at the server.
    func model(
        _ name: String,
        at server: ModelServer,
        _ traits: ModelTraits = ModelTraits(),
        key: String = "sk-test",
        secret: String = "secret-test"
    ) -> RemoteModel {
        switch self {
        case .anthropic:
            let wire = AnthropicMessages(base: server.url, model: name, key: key, traits: traits)
            return remote(wire, wire.form, server)
        case .openai:
            let wire = ChatCompletions(
                base: server.url + "/v1",
                model: name,
                key: key,
                traits: traits
            )
            return remote(wire, wire.form, server)
        case .bedrock:
            let place = BedrockPlace(
                base: server.url,
                region: "eu-central-1",
                model: name,
                credentials: .key(id: "AKIDTEST", secret: secret, token: "to/ken+1=")
            )
            let wire = BedrockConverse(place: place, traits: traits)
            return remote(wire, wire.form, server)
        }
    }

    private func remote(
        _ wire: any ChatWire,
        _ form: @escaping @Sendable (ModelRequest) -> AnswerForm?,
        _ server: ModelServer
    ) -> RemoteModel {
        RemoteModel(
            wire: wire,
            form: form,
            client: server.client,
            clock: SystemClock(),
            reachesPrivateAddresses: true
        )
    }
}
