import Agents
public import Core
import Identity
public import MCP

/// What Weft offers to AI clients: its tools, its documents and its prompts.
public struct ToolFeatures: ServerFeatures {
    /// See ``ServerFeatures/info``.
    public let info: ServerInfo
    /// None: what a caller is offered changes with its roles alone, and these are asked at each request.
    public let changing: ListChanges = []
    private let calls: ToolCalls
    private let served: ServedTools
    let documents: [ToolDocument]
    private let fixed: [StaticDocument]
    private let prompts: [ToolPrompt]
    private let clock: any WallClock

    /// How often a call that takes long says so.
    private static let pulse: Duration = .seconds(1)

    /// What is offered.
    ///
    /// - Parameters:
    ///   - info: which program it is.
    ///   - calls: calls tools.
    ///   - documents: documents that queries answer for.
    ///   - fixed: documents that are the same for everybody.
    ///   - prompts: prompts.
    ///   - clock: for calls that take long.
    /// - Throws: a fault of code `unknown-tool` when a document or prompt names one that is not there.
    public init(
        info: ServerInfo,
        calls: ToolCalls,
        documents: [ToolDocument],
        fixed: [StaticDocument],
        prompts: [ToolPrompt],
        clock: any WallClock
    ) throws(GeneralFault) {
        self.info = info
        self.calls = calls
        self.documents = documents.sorted { $0.address.text < $1.address.text }
        self.fixed = fixed
        self.prompts = prompts.sorted { $0.name < $1.name }
        self.clock = clock
        served = try ServedTools(calls.registry)
        let choices =
            documents.compactMap(\.choices)
            + prompts.flatMap { prompt in
                prompt.arguments.compactMap(\.choices)
            }
        for name in documents.map(\.tool) + choices.map(\.tool)
        where (calls.registry.tools[name]?.effect ?? .write) == .write {
            throw GeneralFault(.internal, code: "unknown-tool", "\"\(name)\" is no query")
        }
    }

    // MARK: Tools

    /// See ``ServerFeatures/tools(for:)``.
    public func tools(for scope: Scope) -> [ServedTool] { served.all(for: scope) }

    /// See ``ServerFeatures/tool(_:for:)``.
    public func tool(_ name: String, for scope: Scope) -> ServedTool? {
        served.find(name, for: scope)?.served
    }

    /// See ``ServerFeatures/call(_:_:_:)``.
    public func call(
        _ name: String,
        _ arguments: JSON,
        _ exchange: Exchange
    ) async throws -> ToolAnswer {
        guard let tool = served.find(name, for: exchange.scope)?.tool else {
            throw RPCError.invalidParams("there is no tool \"\(name.prefix(80))\"")
        }
        if tool.needsApproval { try await ClientApproval.obtain(for: tool, arguments, exchange) }
        guard tool.effect != .read, exchange.wantsProgress else {
            return try await answer(tool, arguments, exchange)
        }
        return try await withThrowingTaskGroup(of: ToolAnswer?.self) { group in
            group.addTask { try await answer(tool, arguments, exchange) }
            group.addTask {
                var seconds = 0.0
                while true {
                    try await clock.sleep(for: Self.pulse)
                    seconds += 1
                    exchange.progress(seconds, "under way for \(Int(seconds)) s")
                }
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() ?? nil else { throw CancellationError() }
            return answer
        }
    }

    private func answer(
        _ tool: Tool,
        _ arguments: JSON,
        _ exchange: Exchange
    ) async throws -> ToolAnswer {
        let output = try await calls.call(
            tool,
            arguments,
            exchange.scope,
            key: exchange.idempotencyKey,
            way: "tools/call \(tool.name)"
        )
        return .document(output)
    }

    // MARK: Resources

    /// See ``ServerFeatures/resources(for:)``.
    public func resources(for scope: Scope) async throws -> [ServedResource] {
        let own = documents.filter { $0.address.names.isEmpty && mayRead($0, scope) }.map {
            ServedResource(
                uri: $0.address.text,
                name: $0.name,
                title: $0.title,
                purpose: $0.purpose,
                mediaType: "application/json"
            )
        }
        let common = fixed.map {
            ServedResource(
                uri: $0.address,
                name: $0.name,
                title: $0.title,
                purpose: $0.purpose,
                mediaType: $0.mediaType
            )
        }
        return (own + common).sorted { $0.uri < $1.uri }
    }

    /// See ``ServerFeatures/templates(for:)``.
    public func templates(for scope: Scope) -> [ServedTemplate] {
        documents.filter { !$0.address.names.isEmpty && mayRead($0, scope) }.map {
            ServedTemplate(
                $0.address,
                name: $0.name,
                title: $0.title,
                purpose: $0.purpose,
                mediaType: "application/json"
            )
        }
    }

    private func mayRead(_ document: ToolDocument, _ scope: Scope) -> Bool {
        served.find(document.tool, for: scope) != nil
    }

    /// See ``ServerFeatures/read(_:_:)``.
    public func read(_ uri: String, _ exchange: Exchange) async throws -> ResourceAnswer? {
        if let document = fixed.first(where: { $0.address == uri }) {
            return document.text().map {
                ResourceAnswer(
                    [ResourceContents(uri: uri, mediaType: document.mediaType, text: $0)],
                    cache: CacheHint(milliseconds: 300_000, isPublic: true)
                )
            }
        }
        for document in documents {
            guard let gaps = document.address.match(uri) else { continue }
            guard let tool = served.find(document.tool, for: exchange.scope)?.tool else {
                return nil
            }
            var input = document.input
            for (name, value) in gaps { input[name] = .string(value) }
            do {
                let output = try await calls.call(
                    tool,
                    .object(input),
                    exchange.scope,
                    way: "resources/read"
                )
                let contents = ResourceContents(
                    uri: uri,
                    mediaType: "application/json",
                    text: output.description
                )
                return ResourceAnswer([contents])
            } catch let fault as any Fault where fault.kind == .invalid {
                // What is no id names nothing.
                return nil
            }
        }
        return nil
    }

    // MARK: Prompts

    /// See ``ServerFeatures/prompts(for:)``.
    public func prompts(for scope: Scope) -> [ServedPrompt] {
        prompts.filter { mayUse($0, scope) }.map { prompt in
            ServedPrompt(
                name: prompt.name,
                title: prompt.title,
                purpose: prompt.purpose,
                arguments: prompt.arguments.map {
                    .init($0.name, $0.purpose, isRequired: $0.isRequired)
                }
            )
        }
    }

    private func mayUse(_ prompt: ToolPrompt, _ scope: Scope) -> Bool {
        prompt.documents.allSatisfy { address in
            documents.contains { $0.address.text == address && mayRead($0, scope) }
        }
    }

    /// See ``ServerFeatures/prompt(_:_:_:)``.
    public func prompt(
        _ name: String,
        _ arguments: [String: String],
        _ exchange: Exchange
    ) async throws -> PromptAnswer {
        guard let prompt = prompts.first(where: { $0.name == name }) else {
            throw RPCError.invalidParams("there is no prompt \"\(name.prefix(80))\"")
        }
        var messages: [PromptMessage] = []
        for address in prompt.documents {
            let gaps = documents.first { $0.address.text == address }?.address.names ?? []
            // In the prompt the gap has the name of the argument that is its only one.
            var values = arguments
            for gap in gaps where values[gap] == nil {
                values[gap] = prompt.arguments.first.flatMap { arguments[$0.name] }
            }
            let uri = ToolPrompt.filled(address, values)
            guard let answer = try await read(uri, exchange) else {
                throw RPCError.invalidParams(
                    "there is nothing at \(uri.prefix(200))",
                    pointer: "/params/arguments"
                )
            }
            messages += answer.contents.map { PromptMessage(.user, .resource($0)) }
        }
        messages.append(PromptMessage(.user, .text(ToolPrompt.filled(prompt.text, arguments))))
        return PromptAnswer(messages, purpose: prompt.purpose)
    }

    // MARK: Completion

    /// See ``ServerFeatures/complete(_:argument:value:known:_:)``.
    public func complete(
        _ reference: CompletionReference,
        argument: String,
        value: String,
        known: [String: String],
        _ exchange: Exchange
    ) async throws -> CompletionAnswer {
        let choices: ToolChoices?
        switch reference {
        case .prompt(let name):
            let prompt = prompts.first { $0.name == name }
            choices = prompt?.arguments.first { $0.name == argument }?.choices
        case .template(let address):
            choices = documents.first { $0.address.text == address }?.choices
        }
        guard let choices, let tool = served.find(choices.tool, for: exchange.scope)?.tool else {
            return CompletionAnswer([])
        }
        let output = try await calls.call(
            tool,
            .object(choices.input),
            exchange.scope,
            way: "completion/complete"
        )
        let values = (try output.value()["items"]?.array ?? []).compactMap {
            $0[choices.member]?.string
        }
        return CompletionAnswer(values.filter { $0.hasPrefix(value) })
    }
}
