import Core
import Synchronization

/// Whose a session or a stream is.
struct Owner: Sendable, Hashable {
    let organisation: ID<Organisation>
    let account: ID<Account>

    init(_ scope: Scope) {
        organisation = scope.organisation
        account = scope.actor.id
    }
}

/// What a client and the server have agreed on, until 2025-11-25.
final class Session: Sendable {
    private struct Question {
        var deadline: Timestamp
        var continuation: CheckedContinuation<JSON, any Error>
    }

    private struct State {
        var threshold: LogSeverity?
        var watched: Set<String> = []
        var streams: [Int: MessageStream] = [:]
        /// When streams were first seen to have ended.
        var ended: [Int: Timestamp] = [:]
        var nextStream = 1
        var running: [RPCID: CancelSignal] = [:]
        var questions: [Int64: Question] = [:]
        var nextQuestion: Int64 = 1
        var heard: Timestamp
        var isClosed = false
    }

    let id: String
    let owner: Owner
    let client: ClientProfile
    /// Where messages go that belong to no request.
    let aside: any MessageSink
    private let limits: ServerLimits
    private let clock: any WallClock
    private let state: Mutex<State>

    init(
        id: String,
        owner: Owner,
        client: ClientProfile,
        aside: any MessageSink,
        limits: ServerLimits,
        clock: any WallClock
    ) {
        self.id = id
        self.owner = owner
        self.client = client
        self.aside = aside
        self.limits = limits
        self.clock = clock
        state = Mutex(State(heard: clock.now()))
    }

    // MARK: Its life

    /// The client was heard of.
    func touch() {
        let now = clock.now()
        state.withLock { $0.heard = now }
    }

    var heard: Timestamp { state.withLock { $0.heard } }

    /// Whether something is under way or somebody listens.
    var isBusy: Bool {
        let streams = state.withLock { state -> [MessageStream]? in
            state.running.isEmpty ? Array(state.streams.values) : nil
        }
        guard let streams else { return true }
        return (streams + [aside as? MessageStream].compactMap { $0 }).contains { $0.isRead }
    }

    /// Ends everything that is under way.
    func close() {
        let (running, streams, questions) = state.withLock { state in
            state.isClosed = true
            defer {
                state.running = [:]
                state.streams = [:]
                state.questions = [:]
            }
            return (state.running, state.streams, state.questions)
        }
        for signal in running.values { signal.give() }
        for question in questions.values {
            question.continuation.resume(throwing: CancellationError())
        }
        for stream in streams.values { stream.end() }
        (aside as? MessageStream)?.end()
    }

    /// Signs of life, and the end of questions that nobody answers.
    func tick(_ now: Timestamp) {
        let (late, streams) = state.withLock { state in
            let late = state.questions.filter { $0.value.deadline < now }
            for number in late.keys { state.questions[number] = nil }
            for stream in state.streams.values where stream.hasEnded && !stream.isRead {
                guard let since = state.ended[stream.number] else {
                    state.ended[stream.number] = now
                    continue
                }
                if since + limits.keptFor < now {
                    state.streams[stream.number] = nil
                    state.ended[stream.number] = nil
                }
            }
            return (late, Array(state.streams.values))
        }
        for question in late.values {
            question.continuation.resume(
                throwing: GeneralFault(
                    .timeout,
                    code: "no-answer",
                    "the client has not answered a question in time"
                )
            )
        }
        for stream in streams where stream.isRead { stream.beat() }
        if let aside = aside as? MessageStream, aside.isRead { aside.beat() }
    }

    // MARK: Streams

    /// A stream for the messages of one request.
    func openStream() -> MessageStream {
        state.withLock { state in
            let ended = state.streams.values.filter { $0.hasEnded && !$0.isRead }
                .sorted { $0.number > $1.number }
            var bytes = 0
            for (index, stream) in ended.enumerated() {
                bytes += stream.size
                if index + 1 >= limits.keptStreams || bytes > limits.keptEnded {
                    state.streams[stream.number] = nil
                    state.ended[stream.number] = nil
                }
            }
            let stream = MessageStream(number: state.nextStream, limits: limits)
            state.nextStream += 1
            if !state.isClosed { state.streams[stream.number] = stream }
            return stream
        }
    }

    /// The stream that an event's id names, and the number of its message; nil for an id that is none of
    /// the session's.
    func place(of event: String) -> StreamPlace? {
        let parts = event.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let message = Int(parts[1]) else {
            return nil
        }
        let stream =
            number == 0 ? aside as? MessageStream : state.withLock { $0.streams[number] }
        guard let stream, stream.knows(message) else { return nil }
        return StreamPlace(stream: stream, message: message)
    }

    /// Whether a connection waits for messages that belong to no request.
    var isListenedTo: Bool { (aside as? MessageStream)?.isRead ?? false }

    // MARK: Requests under way

    /// Notes that a request is under way.
    ///
    /// - Throws: `RPCError` when one of that id is already, or there are too many.
    func begin(_ id: RPCID) throws(RPCError) -> CancelSignal {
        let signal = CancelSignal()
        let refusal = state.withLock { state -> RPCError? in
            if state.isClosed { return .invalidRequest("the session has ended") }
            if state.running[id] != nil {
                return .invalidRequest("a request with the id \"\(id)\" is under way already")
            }
            guard state.running.count < limits.requestsPerAccount else {
                return RPCError(code: 429, message: "too many requests are under way")
            }
            state.running[id] = signal
            return nil
        }
        if let refusal { throw refusal }
        return signal
    }

    /// A request has ended.
    func end(_ id: RPCID) { state.withLock { $0.running[id] = nil } }

    /// The client does not want a request's answer any more.
    func cancel(_ id: RPCID) { state.withLock { $0.running[id] }?.give() }

    // MARK: Questions to the client

    /// Asks the client by `sink`, and waits for its answer.
    func ask(_ question: ClientQuestion, by sink: any MessageSink) async throws -> JSON {
        let deadline = clock.now() + limits.questionLifetime
        let number = state.withLock { state in
            defer { state.nextQuestion += 1 }
            return state.nextQuestion
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refusal = state.withLock { state -> (any Error)? in
                    if state.isClosed || Task.isCancelled { return CancellationError() }
                    guard state.questions.count < limits.questions else {
                        return GeneralFault(
                            .rateLimited,
                            code: "too-many-questions",
                            "too many questions to the client are open"
                        )
                    }
                    state.questions[number] = Question(
                        deadline: deadline,
                        continuation: continuation
                    )
                    return nil
                }
                if let refusal {
                    continuation.resume(throwing: refusal)
                    return
                }
                sink.append(
                    MessageWriter.bytes(
                        .request(
                            RPCRequest(
                                id: .number(number),
                                method: question.method,
                                params: question.params
                            )
                        )
                    )
                )
            }
        } onCancel: {
            state.withLock { $0.questions.removeValue(forKey: number) }?.continuation
                .resume(throwing: CancellationError())
        }
    }

    /// The client has answered, or refused to; answers to nothing are left alone.
    func settle(_ id: RPCID?, _ answer: Result<JSON, RPCError>) {
        guard case .number(let number)? = id,
            let question = state.withLock({ $0.questions.removeValue(forKey: number) })
        else { return }
        switch answer {
        case .success(let value): question.continuation.resume(returning: value)
        case .failure(let error):
            question.continuation.resume(
                throwing: GeneralFault(
                    .invalid,
                    code: "client-refused",
                    "the client did not answer: \(error.message.prefix(500))"
                )
            )
        }
    }

    // MARK: What the client wants to hear

    var threshold: LogSeverity? {
        get { state.withLock { $0.threshold } }
        set { state.withLock { $0.threshold = newValue } }
    }

    func watches(_ uri: String) -> Bool { state.withLock { $0.watched.contains(uri) } }

    /// Notes a resource to watch; false when there are too many.
    func watch(_ uri: String) -> Bool {
        state.withLock { state in
            guard state.watched.count < limits.watched || state.watched.contains(uri) else {
                return false
            }
            state.watched.insert(uri)
            return true
        }
    }

    func unwatch(_ uri: String) { state.withLock { _ = $0.watched.remove(uri) } }
}

/// A place in a stream: behind a message.
struct StreamPlace {
    let stream: MessageStream
    let message: Int
}

/// The way to the client of a session.
struct SessionOutlet: Outlet {
    let session: Session
    let sink: any MessageSink

    func send(_ notification: RPCNotification) {
        sink.append(MessageWriter.bytes(.notification(notification)))
    }

    func ask(_ question: ClientQuestion) async throws -> JSON {
        try await session.ask(question, by: sink)
    }

    func pause() {
        guard session.client.revision >= .november2025 else { return }
        (sink as? MessageStream)?.release()
    }
}
