import Core
import Events
import Foundation
import Observability
import Store
import StoreTesting
import Synchronization
import Testing
import Vault
import Web

@testable import Models

/// A clock whose sleepers wake at once, and that moves on by as much as they sleep.
final class HurriedClock: WallClock {
    private let state: Mutex<(now: Timestamp, pauses: [Duration])>

    init(_ now: Timestamp) {
        state = Mutex((now, []))
    }

    var pauses: [Duration] { state.withLock { $0.pauses } }

    func now() -> Timestamp { state.withLock { $0.now } }

    func advance(by duration: Duration) { state.withLock { $0.now = $0.now + duration } }

    func sleep(until moment: Timestamp) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.pauses.append(moment - state.now)
            state.now = max(state.now, moment)
        }
    }
}

/// A model that answers what a test says, by the provider's id of it.
final class PlayedModels: Sendable {
    enum Turn: Sendable {
        case say(String, ModelUsage)
        case fail(ModelFault)
        /// Says some words and fails then.
        case breakOff(String, ModelFault)
    }

    private struct State {
        var turns: [String: [Turn]] = [:]
        var asked: [String] = []
        var requests: [ModelRequest] = []
        var batches: [Int] = []
    }

    private let state = Mutex(State())

    func play(_ model: String, _ turns: Turn...) {
        state.withLock { $0.turns[model, default: []] += turns }
    }

    /// Which models were asked, in order.
    var asked: [String] { state.withLock { $0.asked } }
    var requests: [ModelRequest] { state.withLock { $0.requests } }
    var batches: [Int] { state.withLock { $0.batches } }

    fileprivate func next(_ model: String, _ request: ModelRequest) -> Turn {
        state.withLock { state in
            state.asked.append(model)
            state.requests.append(request)
            guard var turns = state.turns[model], !turns.isEmpty else {
                return .say("said by \(model)", ModelUsage(input: 1_000, output: 100))
            }
            let turn = turns.removeFirst()
            state.turns[model] = turns
            return turn
        }
    }

    fileprivate func embedded(_ count: Int) { state.withLock { $0.batches.append(count) } }

    struct Chat: LanguageModel {
        let owner: PlayedModels
        let name: String

        func reply(
            to request: ModelRequest,
            hear: @escaping @Sendable (ModelPiece) -> Void
        ) async throws(ModelFault) -> ModelReply {
            switch owner.next(name, request) {
            case .say(let text, let usage):
                hear(.text(text))
                return ModelReply(parts: [.text(text)], stop: .end, usage: usage, model: name)
            case .breakOff(let text, let fault):
                hear(.text(text))
                throw fault
            case .fail(let fault): throw fault
            }
        }
    }

    struct Vectors: EmbeddingModel {
        let owner: PlayedModels

        func embed(_ texts: [String]) async throws(ModelFault) -> (
            vectors: [[Float]], usage: ModelUsage
        ) {
            owner.embedded(texts.count)
            return (texts.map { [Float($0.utf8.count), 1] }, ModelUsage(input: texts.count * 10))
        }
    }
}

/// Providers, models and budgets over a real store, with a clock that is moved by hand.
final class ModelWorld: Sendable {
    let database: TestDatabase
    /// The same as the gateway sees it.
    let meddled: MeddledDatabase
    let clock = HurriedClock(Timestamp(microseconds: 1_795_000_000_000_000))
    let played = PlayedModels()
    let providers: ModelProviders
    let models: ConfiguredModels
    let budgets: ModelBudgets
    let accounts: ModelAccounts
    let gateway: ConfiguredModelGateway
    let metrics = Metrics()
    let scope: Scope
    private let folder: String

    /// Makes a world; with a server, models are asked over the network, there.
    init(server: ModelServer? = nil) async throws {
        folder = NSTemporaryDirectory() + "weft-models-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = try TestDatabase(path: folder + "/weft.db")
        meddled = MeddledDatabase(database)
        try await database.migrate(EventLog.migrations + ModelTables.migrations)
        let ids = IDGenerator(clock: clock, random: SeededRandom(seed: 7))
        providers = ModelProviders(
            vault: try Vault(key: Array(0..<32)),
            ids: ids,
            clock: clock,
            allowsPrivate: server != nil
        )
        models = ConfiguredModels(ids: ids, clock: clock)
        budgets = ModelBudgets(ids: ids, clock: clock)
        accounts = ModelAccounts(
            budgets: budgets,
            events: EventLog(database: database),
            ids: ids
        )
        let connector = ModelConnector(
            providers: providers,
            client: server?.client ?? CurlWebClient(),
            clock: SystemClock()
        )
        let played = played
        gateway = ConfiguredModelGateway(
            database: meddled,
            models: models,
            budgets: budgets,
            accounts: accounts,
            connector: .init(
                chat: { model, provider throws(ModelFault) in
                    guard server == nil else { return try connector.chat(model, at: provider) }
                    return PlayedModels.Chat(owner: played, name: model.model)
                },
                embedding: { model, provider throws(ModelFault) in
                    guard server == nil else {
                        let remote = try connector.embedding(model, at: provider)
                        return (remote, remote.batch)
                    }
                    return (PlayedModels.Vectors(owner: played), 4)
                }
            ),
            clock: clock,
            random: SeededRandom(seed: 3),
            metrics: metrics,
            logger: Logger(sink: Silence(), clock: clock),
            tracer: .off
        )
        scope = Self.scope(organisation: ID(high: 1, low: 1))
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private struct Silence: LogSink {
        func write(_ record: LogRecord) {}
    }

    static func scope(organisation: ID<Organisation>) -> Scope {
        Scope(
            organisation: organisation,
            actor: Actor(id: ID(high: 2, low: 2), kind: .person, name: "Ana"),
            roles: ["admin"],
            trace: TraceContext(traceHigh: 1, traceLow: 1, span: 1)
        )
    }

    func caller(_ agent: String = "planner", _ sensitivity: ModelSensitivity = .public)
        -> ModelCaller
    {
        ModelCaller(scope: scope, agent: agent, run: "run-1", sensitivity: sensitivity)
    }

    @discardableResult
    func provider(_ changes: JSON = [:]) async throws -> ModelProvider {
        var input: JSON = [
            "name": "main", "kind": "anthropic", "sensitivity": "restricted",
            "credentials": ["apiKey": "sk-ant-0123456789abcdef"],
        ]
        for member in changes.object ?? [:] { input[member.key] = member.value }
        let given = input
        return try await database.transaction { [self] in
            try providers.add(JSONReader(given), scope: scope, in: $0)
        }
    }

    @discardableResult
    func model(_ name: String, at provider: ModelProvider, _ changes: JSON = [:]) async throws
        -> ConfiguredModel
    {
        var input: JSON = [
            "name": .string(name), "provider": provider.id.json, "model": .string(name),
            "prices": ["input": "3", "output": "15"],
        ]
        for member in changes.object ?? [:] { input[member.key] = member.value }
        let given = input
        return try await database.transaction { [self] in
            try models.add(JSONReader(given), scope: scope, in: $0)
        }
    }

    @discardableResult
    func budget(_ input: JSON) async throws -> ModelBudget {
        try await database.transaction { [self] in
            try budgets.add(JSONReader(input), scope: scope, in: $0)
        }
    }

    /// Asks, and records what it is charged with.
    func ask(
        _ models: [String],
        _ caller: ModelCaller? = nil,
        tokens: Int = 100
    ) async throws -> (reply: ModelReply, charge: ModelCharge) {
        let answer = try await gateway.reply(
            to: ModelWorld.question(tokens: tokens),
            from: models,
            caller: caller ?? self.caller()
        ) { _ in }
        try await database.transaction { [self] in try gateway.record(answer.charge, in: $0) }
        return answer
    }

    func fault(_ models: [String], _ caller: ModelCaller? = nil, tokens: Int = 100) async
        -> ModelFault?
    {
        do throws(ModelFault) {
            _ = try await gateway.reply(
                to: ModelWorld.question(tokens: tokens),
                from: models,
                caller: caller ?? self.caller()
            ) { _ in }
            return nil
        } catch {
            return error
        }
    }

    static func question(tokens: Int = 100) -> ModelRequest {
        ModelRequest(
            system: "",
            messages: [ModelMessage(.user, [.text("How is it?")])],
            maximumTokens: tokens
        )
    }

    /// The events of budgets, oldest first.
    func alarms() async throws -> [(type: String, data: JSON)] {
        try await database.query(
            "SELECT type, data FROM event WHERE type LIKE 'model-budget.%' ORDER BY seq",
            []
        ) { (try $0.text(0), try $0.json(1)) }
    }
}
