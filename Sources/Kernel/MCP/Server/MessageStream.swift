import Core
import HTTP
import Synchronization

/// Takes messages for a client.
protocol MessageSink: Sendable {
    /// Takes a message's bytes, which have no line end.
    func append(_ message: [UInt8])
}

/// A stream of a session: its last messages are kept, so that a client that lost its connection can go
/// on where it was.
final class MessageStream: MessageSink {
    /// What a reader does next.
    enum Turn: Sendable {
        /// Sends these bytes; they end behind the message of that number.
        case send([UInt8], last: Int)
        /// Nothing is there: it waits.
        case wait
        /// Sends a sign of life.
        case beat
        /// Its connection ends.
        case end
    }

    private struct Kept {
        var number: Int
        var event: [UInt8]
    }

    private struct State {
        var kept: [Kept] = []
        var bytes = 0
        var last = 0
        var delivered = 0
        var hasEnded = false
        var reader = 0
        var isRead = false
        /// Whether it was let go of before its first reader was there.
        var isLetGo = false
        var beats = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    /// The stream's number in its session; 0 is the one that belongs to no request.
    let number: Int
    private let limits: ServerLimits
    private let state = Mutex(State())

    init(number: Int, limits: ServerLimits) {
        self.number = number
        self.limits = limits
    }

    /// Keeps a message and hands it to the reader; the oldest are forgotten beyond the limits.
    func append(_ message: [UInt8]) {
        wake { state in
            guard !state.hasEnded else { return }
            state.last += 1
            let event = Self.event("\(number)-\(state.last)", message)
            state.bytes += event.count
            state.kept.append(Kept(number: state.last, event: event))
            while state.kept.count > limits.keptMessages
                || (state.bytes > limits.keptBytes && state.kept.count > 1)
            {
                state.bytes -= state.kept.removeFirst().event.count
            }
        }
    }

    /// There will be no more messages.
    func end() { wake { $0.hasEnded = true } }

    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// How many bytes are kept.
    var size: Int { state.withLock { $0.bytes } }

    /// Whether the stream has given out a message of that number, or begins behind it.
    func knows(_ message: Int) -> Bool { state.withLock { (0...$0.last).contains(message) } }

    /// The number of the last message that was given to a connection.
    var delivered: Int { state.withLock { $0.delivered } }

    /// Whether somebody has a connection to it.
    var isRead: Bool { state.withLock { $0.isRead } }

    /// Takes the stream over from whoever read it until now.
    func read() -> Int {
        var reader = 0
        wake { state in
            state.reader += 1
            reader = state.reader
            state.isRead = !state.isLetGo
            // Its first turn is its end then.
            if state.isLetGo { state.reader += 1 }
            state.isLetGo = false
        }
        return reader
    }

    /// Ends the connection of whoever reads it; what follows is kept.
    func release() {
        wake { state in
            state.isLetGo = state.reader == 0
            state.reader += 1
            state.isRead = false
        }
    }

    /// A reader's connection has ended.
    func left(_ reader: Int) {
        state.withLock { if $0.reader == reader { $0.isRead = false } }
    }

    /// Lets the reader send a sign of life.
    func beat() { wake { $0.beats = true } }

    /// What a reader that has had all up to a message does next.
    func turn(_ reader: Int, after message: Int) -> Turn {
        state.withLock { state in
            guard state.reader == reader else { return .end }
            if let last = state.kept.last, last.number > message {
                let fresh = state.kept.drop { $0.number <= message }
                state.beats = false
                state.delivered = last.number
                return .send(Array(fresh.map(\.event).joined()), last: last.number)
            }
            if state.hasEnded { return .end }
            if state.beats {
                state.beats = false
                return .beat
            }
            return .wait
        }
    }

    /// Waits until `turn` may answer something else, or the task is cancelled.
    func wait(_ reader: Int, after message: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let before = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    guard state.reader == reader, !state.beats, !state.hasEnded,
                        state.last <= message, !Task.isCancelled
                    else { return continuation }
                    let before = state.waiting
                    state.waiting = continuation
                    return before
                }
                before?.resume()
            }
        } onCancel: {
            wake { _ in }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    private static func event(_ id: String, _ message: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(message.count + id.utf8.count + 32)
        out.append(contentsOf: "id: ".utf8)
        out.append(contentsOf: id.utf8)
        out.append(contentsOf: "\ndata: ".utf8)
        out.append(contentsOf: message)
        out.append(contentsOf: "\n\n".utf8)
        return out
    }
}

extension MessageStream {
    /// Sends what there is and what comes, until the stream ends, somebody else reads it, or the client
    /// leaves.
    ///
    /// - Parameters:
    ///   - writer: the connection.
    ///   - message: the last one that the client has had.
    ///   - primes: whether the first event tells where to resume, before there is a message.
    /// - Throws: `CancellationError` when the client leaves.
    func pump(to writer: BodyWriter, after message: Int, primes: Bool) async throws {
        let reader = read()
        defer { left(reader) }
        if primes {
            let event = ServerSentEvent(
                data: "",
                id: "\(number)-\(message)",
                retry: .milliseconds(limits.retryMilliseconds)
            )
            try await writer.send(event)
        }
        var at = message
        while true {
            switch turn(reader, after: at) {
            case .send(let bytes, let last):
                try await writer.write(bytes)
                at = last
            case .beat: try await writer.heartbeat()
            case .wait:
                await wait(reader, after: at)
                try Task.checkCancellation()
            case .end: return
            }
        }
    }
}
