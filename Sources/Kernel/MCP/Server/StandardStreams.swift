public import Core
import Synchronization

/// The server as a child process: messages on standard input and output, one a line.
///
/// Requests of 2026-07-28 stand for themselves; `initialize` begins the one session that a process has.
/// Both may be mixed.
public final class StandardStreams: Sendable {
    private struct State {
        var session: Session?
        /// Requests that were not answered yet, also those that wait for their turn.
        var running: [RPCID: CancelSignal] = [:]
        var listening: [RPCID: CancelSignal] = [:]
        var held = HeldRequests()
        /// How many requests are being answered.
        var workers = 0
        /// Told once when the input has ended and nothing is running.
        var idle: AsyncStream<Void>.Continuation?
    }

    /// What becomes of a new request.
    private enum Turn {
        case now
        case later
        case never(RPCError)
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
        await withDiscardingTaskGroup { group in
            var splitter = LineSplitter(limit: server.limits.messageSize)
            await DescriptorBytes(input).forEach { bytes in
                for piece in splitter.take(bytes) { take(piece, &group) }
            }
            if splitter.isOpen {
                fail(.parse("the input ended within a message; it was not done"), nil)
            }
            for signal in state.withLock({ Array($0.listening.values) }) { signal.give() }
            group.addTask { [self, clock = server.clock] in
                do { try await clock.sleep(for: Self.grace) } catch { return }
                giveUp()
            }
            for await _ in idle() {}
            group.cancelAll()
        }
        state.withLock { $0.session }?.close()
    }

    /// Ends once nothing is running.
    private func idle() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let isIdle = state.withLock { state in
            state.idle = continuation
            return state.running.isEmpty
        }
        if isIdle { continuation.finish() }
        return stream
    }

    /// Ends what is running, and what would run next.
    private func giveUp() {
        let signals = state.withLock { state in
            while let held = state.held.next() { state.running[held.call.id] = nil }
            return Array(state.running.values)
        }
        for signal in signals { signal.give() }
        tellWhenIdle()
    }

    private func tellWhenIdle() {
        state.withLock { $0.running.isEmpty ? $0.idle : nil }?.finish()
    }

    private func fail(_ error: RPCError, _ id: RPCID?) {
        output.append(MessageWriter.bytes(.failure(id: id, error)))
    }

    /// Every line is read as it comes: what ends or answers something must not wait for what is running.
    private func take(_ piece: LineSplitter.Piece, _ group: inout DiscardingTaskGroup) {
        guard case .line(let line) = piece else {
            let limit = server.limits.messageSize
            fail(.invalidRequest("a message may have at most \(limit) bytes"), nil)
            return
        }
        do {
            switch try server.reader.message(line) {
            case .request(let call): begin(call, line.count, &group)
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
        let signal = state.withLock { state in
            if state.held.remove(id) { return state.running.removeValue(forKey: id) }
            return state.running[id] ?? state.listening[id]
        }
        signal?.give()
        tellWhenIdle()
    }

    // MARK: Requests

    private func begin(_ call: RPCRequest, _ size: Int, _ group: inout DiscardingTaskGroup) {
        let signal = CancelSignal()
        switch turn(of: call, size, signal) {
        case .never(let error):
            fail(error, call.id)
        case .later:
            break
        case .now
        where call.method == MethodName.initialize
            && !StatelessRequest.isMeant(call.params):
            // The session must be there before the next line is read.
            let answer = initialize(call)
            forget(call.id)
            output.append(answer.bytes(call.id))
        case .now where call.method == MethodName.listen:
            group.addTask { [self] in await answer(call, signal) }
        case .now:
            group.addTask { [self] in
                var next: HeldRequests.Request? = .init(call: call, signal: signal, size: size)
                while let held = next {
                    await answer(held.call, held.signal)
                    next = nextHeld()
                }
            }
        }
    }

    private func turn(of call: RPCRequest, _ size: Int, _ signal: CancelSignal) -> Turn {
        state.withLock { state in
            guard state.running[call.id] == nil, state.listening[call.id] == nil else {
                return .never(
                    .invalidRequest("a request with the id \"\(call.id)\" is under way already")
                )
            }
            if call.method == MethodName.listen {
                state.listening[call.id] = signal
                return .now
            }
            if call.method == MethodName.initialize, !StatelessRequest.isMeant(call.params) {
                state.running[call.id] = signal
                return .now
            }
            guard state.workers >= server.limits.requestsPerAccount else {
                state.running[call.id] = signal
                state.workers += 1
                return .now
            }
            guard state.held.bytes + size <= server.limits.heldBytes else {
                return .never(RPCError(code: 429, message: "too many requests are under way"))
            }
            state.running[call.id] = signal
            state.held.append(.init(call: call, signal: signal, size: size))
            return .later
        }
    }

    /// The request whose turn it is; nil when none waits, and then there is one worker less.
    private func nextHeld() -> HeldRequests.Request? {
        state.withLock { state in
            let held = state.held.next()
            if held == nil { state.workers -= 1 }
            return held
        }
    }

    private func answer(_ call: RPCRequest, _ signal: CancelSignal) async {
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

    private func forget(_ id: RPCID) {
        state.withLock { state in
            state.running[id] = nil
            state.listening[id] = nil
        }
        tellWhenIdle()
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
