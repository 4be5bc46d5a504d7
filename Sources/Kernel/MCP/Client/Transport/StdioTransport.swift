import Core
import Synchronization

/// Speaks to a program over its standard streams, one message a line.
///
/// `run()` starts the program and stays with it; requests wait until it has started.
final class StdioTransport: ClientTransport {
    private struct Waiting {
        var continuation: CheckedContinuation<Result<JSON, OutsideFault>, Never>
        var deadline: ContinuousClock.Instant
    }

    private struct State {
        var child: ChildProcess?
        var waiting: [RPCID: Waiting] = [:]
        var end: OutsideFault?
    }

    let hasHeaders = false
    private let program: ServerProgram
    private let limit: Int
    private let listener: TransportListener
    private let log: @Sendable (String) -> Void
    private let thread = WorkerThread()
    private let patience: ChildProcess.Patience
    private let state = Mutex(State())
    private let runners = Mutex<[CheckedContinuation<Void, Never>]?>([])

    /// A transport; the program starts at once.
    ///
    /// - Parameters:
    ///   - program: the server.
    ///   - limit: the longest message that it may send.
    ///   - patience: how long it may take to leave.
    ///   - listener: hears what it says unasked.
    ///   - log: hears the lines of its standard error, and how it ended.
    /// - Throws: `OutsideFault` of code `unreachable`.
    init(
        _ program: ServerProgram,
        limit: Int,
        patience: ChildProcess.Patience = ChildProcess.Patience(),
        listener: @escaping TransportListener,
        log: @escaping @Sendable (String) -> Void
    ) throws(OutsideFault) {
        self.program = program
        self.limit = limit
        self.patience = patience
        self.listener = listener
        self.log = log
        let child: ChildProcess
        do throws(ChildProcess.NotStarted) {
            child = try ChildProcess(program, lineLimit: limit, patience: patience)
        } catch {
            throw OutsideFault(.unreachable, error.message)
        }
        state.withLock { $0.child = child }
        // The thread ends with the program, and the program with `close()` or this object's end.
        thread.run { [weak self] in
            let status = child.watch(
                ChildProcess.Ears(
                    onLine: { self?.take($0) },
                    onErrorLine: { line in
                        self?.log(OutsideText.line(String(decoding: line, as: UTF8.self), 2_000))
                    },
                    onOverflow: {
                        self?.end(
                            OutsideFault(
                                .tooLarge,
                                "the server sent more than \(limit) bytes at once"
                            )
                        )
                    },
                    onDeaf: {
                        self?.end(
                            OutsideFault(.cutOff, "the server's program closed its input")
                        )
                    },
                    onTurn: { self?.expire() }
                )
            )
            self?.end(
                OutsideFault(.cutOff, "the server's program \(ChildProcess.told(status))")
            )
            self?.leave()
        }
        thread.close()
    }

    deinit { state.withLock { $0.child }?.close() }

    func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = runners.withLock { runners -> Bool in
                    runners?.append(continuation)
                    return runners != nil
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.child }?.close()
        }
    }

    func request(
        _ request: RPCRequest,
        _ manner: RequestManner
    ) async throws(OutsideFault) -> JSON {
        let deadline = ContinuousClock.now + manner.timeout
        let line = MessageWriter.bytes(.request(request))
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation {
                (continuation: CheckedContinuation<Result<JSON, OutsideFault>, Never>) in
                let failure = state.withLock { state -> OutsideFault? in
                    if let end = state.end { return end }
                    guard state.child?.send(line) ?? false else {
                        return OutsideFault(.cutOff, "the server's program does not read")
                    }
                    state.waiting[request.id] = Waiting(
                        continuation: continuation,
                        deadline: deadline
                    )
                    return nil
                }
                if let failure { continuation.resume(returning: .failure(failure)) }
            }
        } onCancel: {
            give(up: request.id, OutsideFault(.cutOff, "the request was given up"))
        }
        return try result.get()
    }

    func notify(
        _ notification: RPCNotification,
        _ manner: RequestManner
    ) async throws(OutsideFault) {
        let (child, end) = state.withLock { ($0.child, $0.end) }
        if let end { throw end }
        guard child?.send(MessageWriter.bytes(.notification(notification))) ?? false else {
            throw OutsideFault(.cutOff, "the server's program does not read")
        }
    }

    func close() async {
        state.withLock { $0.child }?.close()
        await run()
    }

    private func take(_ line: [UInt8]) {
        let message: RPCMessage
        do throws(UnreadableMessage) {
            message = try MessageReader(sizeLimit: limit).message(line)
        } catch {
            log("a line of the server's that is no message: \(error.error.message)")
            return
        }
        switch message {
        case .result(let id, let result): settle(id, .success(result))
        case .failure(let id?, let error): settle(id, .failure(OutsideFault(error)))
        case .failure(nil, let error): log("the server could not read a message: \(error.message)")
        case .request, .notification:
            if let answer = listener(message) {
                _ = state.withLock { $0.child }?.send(MessageWriter.bytes(answer))
            }
        }
    }

    private func settle(_ id: RPCID, _ result: Result<JSON, OutsideFault>) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: id) }
        guard let waiting else {
            log("an answer of the server's to nothing that was asked")
            return
        }
        waiting.continuation.resume(returning: result)
    }

    /// Tells the server that an answer is not wanted any more, and who waits that there is none.
    private func give(up id: RPCID, _ fault: OutsideFault) {
        let (waiting, child) = state.withLock { ($0.waiting.removeValue(forKey: id), $0.child) }
        guard let waiting else { return }
        let cancelled = RPCNotification(
            NotificationName.cancelled,
            params: ["requestId": id.json, "reason": .string(fault.message)]
        )
        _ = child?.send(MessageWriter.bytes(.notification(cancelled)))
        waiting.continuation.resume(returning: .failure(fault))
    }

    /// Gives up what waits too long; answers when the next does.
    private func expire() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let late = state.withLock { state in
            state.waiting.filter { $0.value.deadline <= now }.map(\.key)
        }
        for id in late {
            give(up: id, OutsideFault(.timedOut, "the server did not answer in time"))
        }
        return state.withLock { $0.waiting.values.map(\.deadline).min() }
    }

    /// The program is gone.
    private func leave() {
        let waiting = runners.withLock { runners in
            defer { runners = nil }
            return runners ?? []
        }
        for one in waiting { one.resume() }
    }

    private func end(_ fault: OutsideFault) {
        let waiting = state.withLock { state -> [Waiting] in
            if state.end == nil { state.end = fault }
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for one in waiting { one.continuation.resume(returning: .failure(fault)) }
    }
}
