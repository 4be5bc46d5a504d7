public import Core
import Synchronization

/// The server as a child process: messages on standard input and output, one a line.
///
/// Requests of 2026-07-28 stand for themselves; `initialize` begins the one session that a process has.
/// Both may be mixed.
public final class StandardStreams: Sendable {
    private struct State {
        var session: Session?
        var running: [RPCID: CancelSignal] = [:]
        var listening: [RPCID: CancelSignal] = [:]
    }

    private let server: MCPServer
    private let scope: @Sendable () -> Scope
    private let input: Int32
    private let output: LineWriter
    private let state = Mutex(State())

    /// How long requests that are under way may take once the input has ended.
    private static let grace: Duration = .seconds(5)

    /// A server on two descriptors.
    ///
    /// - Parameters:
    ///   - server: what answers.
    ///   - scope: on whose authority everything is done; asked for each request, as each has a trace.
    ///   - input: where messages come from.
    ///   - output: where messages go; nothing else may be written there.
    public init(
        _ server: MCPServer,
        scope: @escaping @Sendable () -> Scope,
        input: Int32 = 0,
        output: Int32 = 1
    ) {
        self.server = server
        self.scope = scope
        self.input = input
        self.output = LineWriter(output)
    }

    /// Answers until the input ends or the task is cancelled.
    ///
    /// What the last line lacks of its end is not done.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            var splitter = LineSplitter(limit: server.limits.messageSize)
            await DescriptorBytes(input).forEach { bytes in
                for piece in splitter.take(bytes) {
                    while isFull, !Task.isCancelled { await group.next() }
                    take(piece, &group)
                }
            }
            if splitter.isOpen {
                fail(.parse("the input ended within a message; it was not done"), nil)
            }
            for signal in state.withLock({ Array($0.listening.values) }) { signal.give() }
            let clock = server.clock
            let left = state.withLock { Array($0.running.values) }
            if !left.isEmpty {
                let signals = left
                group.addTask {
                    try? await clock.sleep(for: Self.grace)
                    for signal in signals { signal.give() }
                }
                while isBusy, await group.next() != nil {}
            }
            group.cancelAll()
        }
        state.withLock { $0.session }?.close()
    }

    private var isBusy: Bool { state.withLock { !$0.running.isEmpty } }

    private var isFull: Bool {
        state.withLock { $0.running.count } >= server.limits.requestsPerAccount
    }

    private func fail(_ error: RPCError, _ id: RPCID?) {
        output.append(MessageWriter.bytes(.failure(id: id, error)))
    }

    private func take(_ piece: LineSplitter.Piece, _ group: inout TaskGroup<Void>) {
        guard case .line(let line) = piece else {
            let limit = server.limits.messageSize
            fail(.invalidRequest("a message may have at most \(limit) bytes"), nil)
            return
        }
        do {
            switch try server.reader.message(line) {
            case .request(let call): begin(call, &group)
            case .notification(let notification): take(notification)
            case .result(let id, let result):
                state.withLock { $0.session }?.settle(id, .success(result))
            case .failure(let id, let error):
                state.withLock { $0.session }?.settle(id, .failure(error))
            }
        } catch {
            fail(error.error, error.id)
        }
    }

    private func take(_ notification: RPCNotification) {
        guard notification.method == NotificationName.cancelled,
            let id = RPCID(notification.params?["requestId"])
        else { return }
        state.withLock { $0.running[id] ?? $0.listening[id] }?.give()
    }

    // MARK: Requests

    private func begin(_ call: RPCRequest, _ group: inout TaskGroup<Void>) {
        let isListening = call.method == MethodName.listen
        let signal = CancelSignal()
        let isNew = state.withLock { state in
            guard state.running[call.id] == nil, state.listening[call.id] == nil else {
                return false
            }
            if isListening {
                state.listening[call.id] = signal
            } else {
                state.running[call.id] = signal
            }
            return true
        }
        guard isNew else {
            fail(
                .invalidRequest("a request with the id \"\(call.id)\" is under way already"),
                call.id
            )
            return
        }
        // The session must be there before the next line is read.
        if call.method == MethodName.initialize, !StatelessRequest.isMeant(call.params) {
            let answer = initialize(call)
            forget(call.id)
            output.append(answer.bytes(call.id))
            return
        }
        group.addTask { [self] in
            let answer = try? await signal.run { [self] in
                do {
                    return try await respond(to: call)
                } catch let error as RPCError {
                    return .failure(error)
                }
            }
            // Forgotten first: the client may use the id again as soon as it has the answer.
            forget(call.id)
            // Cancelled: nothing is answered any more.
            if let answer { output.append(answer.bytes(call.id)) }
        }
    }

    private func forget(_ id: RPCID) {
        state.withLock { state in
            state.running[id] = nil
            state.listening[id] = nil
        }
    }

    private func initialize(_ call: RPCRequest) -> RPCAnswer {
        do {
            guard state.withLock({ $0.session }) == nil else {
                throw RPCError.invalidRequest("this session has begun already")
            }
            let client = try server.agree(call)
            let session = Session(
                id: "",
                owner: Owner(scope()),
                client: client,
                aside: output,
                limits: server.limits,
                clock: server.clock
            )
            server.sessions.adopt(session)
            state.withLock { $0.session = session }
            return .result(server.greeting(client))
        } catch let error as RPCError {
            return .failure(error)
        } catch {
            return .failure(.failed)
        }
    }

    private func respond(to call: RPCRequest) async throws -> RPCAnswer {
        let scope = scope()
        if StatelessRequest.isMeant(call.params) || state.withLock({ $0.session }) == nil {
            return try await stateless(call, scope)
        }
        guard let session = state.withLock({ $0.session }) else { throw CancellationError() }
        let exchange = try server.exchange(call, in: session, scope, key: nil, sink: output)
        if let own = try await server.answer(call, in: session, exchange) { return own }
        return try await server.handler.answer(call, exchange)
    }

    private func stateless(_ call: RPCRequest, _ scope: Scope) async throws -> RPCAnswer {
        let stateless = try StatelessRequest(call)
        let exchange = try server.exchange(
            call,
            stateless,
            scope,
            key: nil,
            outlet: LineOutlet(output: output)
        )
        guard call.method == MethodName.listen else {
            return try await server.handler.answer(call, exchange)
        }
        let filter = try await server.filter(call, exchange)
        guard let (number, words) = server.board.listen(filter, of: Owner(scope)) else {
            throw RPCError(code: 429, message: "there are too many streams of changes")
        }
        defer { server.board.stop(number) }
        let listener = ChangeListener(call, filter, info: server.features.info)
        output.append(listener.acknowledgement)
        for await word in words {
            switch word {
            case .change(let change): output.append(listener.message(change))
            case .beat: continue
            case .goodbye: return .result(listener.result)
            }
        }
        throw CancellationError()
    }
}

/// The way back to the client of a request that stands for itself, on standard output.
private struct LineOutlet: Outlet {
    let output: LineWriter

    func send(_ notification: RPCNotification) {
        output.append(MessageWriter.bytes(.notification(notification)))
    }

    /// Never called: requests that stand for themselves get their answers when they come again.
    func ask(_ question: ClientQuestion) async throws -> JSON {
        throw GeneralFault(.invalid, code: "client-cannot", "the client cannot be asked now")
    }
}
