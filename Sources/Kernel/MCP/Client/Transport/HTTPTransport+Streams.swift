import Core
import Synchronization

extension HTTPTransport {
    /// Reads the stream that answers a request until its response; takes it up again when it is cut.
    func follow(
        _ answer: WebStream,
        of id: RPCID,
        _ manner: RequestManner,
        until deadline: ContinuousClock.Instant
    ) async throws(OutsideFault) -> JSON {
        var answer = answer
        var parser = EventStreamParser(limit: configuration.limit)
        var resumptions = 0
        while true {
            let before = parser.lastID
            if let result = try await read(answer, into: &parser, of: id, manner) { return result }
            // Streams of 2026-07-28 cannot be taken up again; others can from an event with an id.
            guard !manner.revision.isStateless, let last = parser.lastID else {
                throw OutsideFault(.cutOff, "the server's stream ended without an answer")
            }
            // Whoever makes headway may go on until the deadline.
            resumptions = last == before ? resumptions + 1 : 1
            guard resumptions <= configuration.resumptions else {
                throw OutsideFault(.cutOff, "the server's stream was cut again and again")
            }
            answer = try await resume(after: last, parser.retry, manner, until: deadline)
            parser = EventStreamParser(limit: configuration.limit, lastID: last)
        }
    }

    /// Waits as long as the server asked for, and continues its stream.
    private func resume(
        after last: String,
        _ retry: Duration?,
        _ manner: RequestManner,
        until deadline: ContinuousClock.Instant
    ) async throws(OutsideFault) -> WebStream {
        let pause = retry ?? .seconds(1)
        guard .now + pause < deadline else {
            throw OutsideFault(.timedOut, "the server did not answer in time")
        }
        do {
            try await clock.sleep(for: pause)
        } catch {
            throw OutsideFault(.cutOff, "the request was given up")
        }
        var manner = manner
        manner.headers.append((name: HeaderName.lastEvent, value: last))
        let answer = try await send(
            "GET",
            nil,
            manner,
            until: deadline,
            expects: "text/event-stream"
        )
        guard answer.status == 200, Self.mediaType(answer) == "text/event-stream" else {
            answer.body.cancel()
            throw OutsideFault(
                .cutOff,
                "the server's stream was cut and cannot be taken up again (status \(answer.status))",
                status: answer.status
            )
        }
        return answer
    }

    /// Reads events until the response to `id`; nil when the stream ends or breaks before.
    private func read(
        _ answer: WebStream,
        into parser: inout EventStreamParser,
        of id: RPCID?,
        _ manner: RequestManner
    ) async throws(OutsideFault) -> JSON? {
        defer { answer.body.cancel() }
        while true {
            let piece: [UInt8]
            do throws(WebFault) {
                guard let next = try await answer.body.next() else { return nil }
                piece = next
            } catch {
                switch error.code {
                case .timedOut:
                    throw OutsideFault(.timedOut, "the server did not answer in time")
                case .cancelled:
                    throw OutsideFault(.cutOff, "the request was given up")
                case .malformedAnswer:
                    throw OutsideFault(.malformed, error.message)
                default: return nil
                }
            }
            let events: [EventStreamParser.Event]
            do throws(EventStreamParser.TooLarge) {
                events = try parser.feed(piece)
            } catch {
                throw OutsideFault(
                    .tooLarge,
                    "the server sent more than \(configuration.limit) bytes at once"
                )
            }
            for event in events where event.type == "message" {
                if let result = try await take(event, of: id, manner) { return result }
            }
        }
    }

    private func take(
        _ event: EventStreamParser.Event,
        of id: RPCID?,
        _ manner: RequestManner
    ) async throws(OutsideFault) -> JSON? {
        let message: RPCMessage
        do throws(UnreadableMessage) {
            message = try MessageReader(sizeLimit: configuration.limit).message(event.data)
        } catch {
            throw OutsideFault(.malformed, "an event of the server's: \(error.error.message)")
        }
        switch message {
        case .result(let answered, let result):
            if answered == id { return result }
            log("an answer of the server's to something else")
        case .failure(let answered, let error):
            if answered == id || answered == nil { throw OutsideFault(error) }
            log("an answer of the server's to something else")
        case .request where manner.revision.isStateless:
            log("the server sent a request, which its revision forbids")
        case .request, .notification:
            if let answer = listener(message) {
                var manner = manner
                manner.timeout = .seconds(15)
                try await post(MessageWriter.bytes(answer), manner)
            }
        }
        return nil
    }

    /// Keeps the channel open for what the server says unasked, once somebody wants to listen.
    func run() async {
        guard let manner = await channel.wanted() else { return }
        var parser = EventStreamParser(limit: configuration.limit)
        var failures = 0
        while !Task.isCancelled, !channel.isClosed, failures < 3 {
            var manner = manner
            if let last = parser.lastID {
                manner.headers.append((name: HeaderName.lastEvent, value: last))
            }
            do throws(OutsideFault) {
                let answer = try await send(
                    "GET",
                    nil,
                    manner,
                    until: .now + .seconds(600),
                    expects: "text/event-stream",
                    authorises: false
                )
                channel.opened(answer.body)
                guard answer.status == 200, Self.mediaType(answer) == "text/event-stream" else {
                    // 405: the server has no such channel.
                    answer.body.cancel()
                    return
                }
                failures = 0
                _ = try await read(answer, into: &parser, of: nil, manner)
            } catch {
                channel.opened(nil)
                if error.reason != .timedOut { failures += 1 }
            }
            let pause = parser.retry ?? .seconds(1)
            parser = EventStreamParser(limit: configuration.limit, lastID: parser.lastID)
            do {
                try await clock.sleep(for: pause)
            } catch {
                return
            }
        }
    }

    func listen(_ manner: RequestManner) async {
        channel.open(manner)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [channel] in await channel.opening() }
            group.addTask { [channel, clock] in
                // Some servers answer only once they have something to say.
                do { try await clock.sleep(for: .seconds(2)) } catch { return }
                channel.opened(nil)
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Whether somebody wants to hear what the server says unasked, and whether that can be heard yet.
final class ListeningChannel: Sendable {
    private struct State {
        var manner: RequestManner?
        var isOpened = false
        var isClosed = false
        var body: WebBody?
        var runner: CheckedContinuation<RequestManner?, Never>?
        var listeners: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// What requests of the channel look like, once it is wanted; nil when it is closed.
    func wanted() async -> RequestManner? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> RequestManner?? in
                    if state.isClosed { return .some(nil) }
                    if let manner = state.manner { return manner }
                    state.runner = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            close()
        }
    }

    func open(_ manner: RequestManner) {
        let runner = state.withLock { state in
            state.manner = manner
            defer { state.runner = nil }
            return state.runner
        }
        runner?.resume(returning: manner)
    }

    /// Waits until the server has answered, or refused.
    func opening() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state -> Bool in
                if state.isOpened || state.isClosed { return true }
                state.listeners.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    func opened(_ body: WebBody?) {
        let (listeners, isClosed) = state.withLock { state in
            state.isOpened = true
            if let body { state.body = body }
            defer { state.listeners = [] }
            return (state.listeners, state.isClosed)
        }
        if isClosed { body?.cancel() }
        for listener in listeners { listener.resume() }
    }

    func close() {
        let (runner, listeners, body) = state.withLock { state in
            state.isClosed = true
            defer {
                state.runner = nil
                state.listeners = []
                state.body = nil
            }
            return (state.runner, state.listeners, state.body)
        }
        body?.cancel()
        runner?.resume(returning: nil)
        for listener in listeners { listener.resume() }
    }
}
