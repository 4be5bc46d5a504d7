import CLinux
import Glibc
import Synchronization

/// A program under our hand: lines to its standard input, lines from its output, and its end.
///
/// One thread watches the pipes; it calls `onLine`, `onErrorLine` and, once, `onEnd`, and must not be held
/// up by them. The program leads a process group of its own, so that what it started ends with it.
final class ChildProcess: Sendable {
    /// Why it could not be started.
    struct NotStarted: Error {
        var message: String
    }

    private struct State {
        var outgoing: [UInt8] = []
        var isClosing = false
        var hasEnded = false
    }

    /// What is done at the end of patience.
    struct Patience: Sendable {
        /// How long it may take to leave by itself once its input is closed.
        var afterClosing = Duration.seconds(2)
        /// How long it may take after SIGTERM.
        var afterTerm = Duration.seconds(2)
        /// How long what it left behind may hold its output once it has ended, and how long it may take to
        /// end once it reads no more.
        var afterEnd = Duration.milliseconds(500)
    }

    let pid: pid_t
    private let input: Int32
    private let output: Int32
    private let errors: Int32
    private let wakeRead: Int32
    private let wakeWrite: Int32
    private let lineLimit: Int
    private let patience: Patience
    private let state = Mutex(State())
    /// The most bytes that wait for a program which does not read.
    static let outgoingLimit = 16 << 20

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: which.
    ///   - lineLimit: the longest line that it may write to its output.
    ///   - patience: how long it may take to leave.
    /// - Throws: why it did not start.
    init(
        _ program: ServerProgram,
        lineLimit: Int,
        patience: Patience = Patience()
    ) throws(NotStarted) {
        self.lineLimit = lineLimit
        self.patience = patience
        var pipes: [Int32] = []
        func closeAll() {
            for descriptor in pipes { Glibc.close(descriptor) }
        }
        // Input, output, errors, wake-ups; each (read, write).
        for _ in 0..<4 {
            var pair: [Int32] = [-1, -1]
            guard weft_pipe(&pair) == 0 else {
                closeAll()
                throw NotStarted(message: "the system has no descriptors left")
            }
            pipes += pair
        }
        let started = Self.spawn(program, input: pipes[0], output: pipes[3], errors: pipes[5])
        Glibc.close(pipes[0])
        Glibc.close(pipes[3])
        Glibc.close(pipes[5])
        guard case .success(let pid) = started else {
            for index in [1, 2, 4, 6, 7] { Glibc.close(pipes[index]) }
            guard case .failure(let error) = started else {
                throw NotStarted(message: "the program did not start")
            }
            throw error
        }
        self.pid = pid
        input = pipes[1]
        output = pipes[2]
        errors = pipes[4]
        wakeRead = pipes[6]
        wakeWrite = pipes[7]
        for descriptor in [input, output, errors, wakeRead, wakeWrite] {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
    }

    private static func spawn(
        _ program: ServerProgram,
        input: Int32,
        output: Int32,
        errors: Int32
    ) -> Result<pid_t, NotStarted> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        weft_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        var environment: [String] = []
        for name in ServerProgram.inherited where program.environment[name] == nil {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        environment += program.environment.map { "\($0.key)=\($0.value)" }
        let words = [program.command] + program.arguments
        guard !(words + environment).contains(where: { $0.utf8.contains(0) }) else {
            return .failure(NotStarted(message: "the command holds a NUL"))
        }
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawnp(
            &pid,
            program.command,
            &actions,
            &attributes,
            &arguments,
            &variables
        )
        guard code == 0 else {
            let reason = String(cString: strerror(code))
            return .failure(
                NotStarted(message: "\"\(program.command)\" cannot be started: \(reason)")
            )
        }
        return .success(pid)
    }

    /// Writes a line; false when the program has ended, or reads so slowly that too much waits.
    func send(_ line: [UInt8]) -> Bool {
        let taken = state.withLock { state -> Bool in
            guard !state.hasEnded, !state.isClosing,
                state.outgoing.count + line.count < Self.outgoingLimit
            else { return false }
            state.outgoing += line
            state.outgoing.append(0x0A)
            return true
        }
        if taken { wake() }
        return taken
    }

    /// Closes the program's input; it is ended by force when it does not leave.
    func close() {
        state.withLock { $0.isClosing = true }
        wake()
    }

    /// Makes the watching thread look up.
    func wake() {
        var byte: UInt8 = 1
        _ = write(wakeWrite, &byte, 1)
    }

    /// What the watching thread tells.
    struct Ears {
        /// A line of the program's output.
        var onLine: ([UInt8]) -> Void
        /// A line of its standard error.
        var onErrorLine: ([UInt8]) -> Void
        /// It wrote a line that is too long; it is being ended.
        var onOverflow: () -> Void
        /// It closed its input, and did not end by that; it is being ended.
        var onDeaf: () -> Void
        /// Called at each turn; answers when to look up again at the latest.
        var onTurn: () -> ContinuousClock.Instant?
    }

    /// Watches until the program has ended and everything is read; blocks.
    ///
    /// - Returns: the exit status as `waitpid` gives it.
    func watch(_ ears: Ears) -> Int32 {
        Self.blockPipeSignals()
        var inputOpen = true
        var outputLines = LineSplitter(limit: lineLimit)
        var errorLines = LineSplitter(limit: 8_192)
        var outputOpen = true
        var errorsOpen = true
        var closedAt: ContinuousClock.Instant?
        var termedAt: ContinuousClock.Instant?
        var deafSince: ContinuousClock.Instant?
        var endedAt: ContinuousClock.Instant?
        var status: Int32?
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let wanted = ears.onTurn()
            let (pending, closing) = state.withLock { (!$0.outgoing.isEmpty, $0.isClosing) }
            let now = ContinuousClock.now
            if inputOpen, closing && (!pending || closedAt.map { now - $0 > .seconds(1) } ?? false)
            {
                Glibc.close(input)
                inputOpen = false
            }
            if closing || !outputOpen, closedAt == nil { closedAt = now }
            if status == nil {
                var code: Int32 = 0
                if waitpid(pid, &code, WNOHANG) == pid {
                    status = code
                    endedAt = now
                    // What it left behind goes with it; later the number may be another group's.
                    kill(-pid, SIGKILL)
                }
            }
            if let since = deafSince, status == nil, now - since > patience.afterEnd {
                deafSince = nil
                ears.onDeaf()
                close()
            }
            if let status {
                let isOver = endedAt.map { now - $0 > patience.afterEnd } ?? true
                if !outputOpen || closing || isOver { return finish(status, inputOpen) }
            } else if let closedAt {
                if termedAt == nil, now - closedAt > patience.afterClosing {
                    kill(-pid, SIGTERM)
                    termedAt = now
                } else if let termed = termedAt, now - termed > patience.afterTerm {
                    kill(-pid, SIGKILL)
                }
            }
            var polled = [
                pollfd(fd: outputOpen ? output : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errorsOpen ? errors : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inputOpen && pending ? input : -1, events: Int16(POLLOUT), revents: 0),
            ]
            // The end of a program is no event of poll's.
            let isEnding = closedAt != nil || status != nil || deafSince != nil
            var wait: Int32 = isEnding ? 20 : 500
            if let wanted {
                let left = (wanted - now).components
                wait = min(
                    wait,
                    Int32(
                        max(
                            0,
                            min(
                                left.seconds * 1_000
                                    + left.attoseconds / 1_000_000_000_000_000 + 1,
                                500
                            )
                        )
                    )
                )
            }
            _ = poll(&polled, UInt(polled.count), wait)
            if polled[2].revents != 0 { while read(wakeRead, &chunk, chunk.count) > 0 {} }
            if polled[3].revents != 0, !writeSome() {
                Glibc.close(input)
                inputOpen = false
                deafSince = .now
            }
            if polled[0].revents != 0 {
                let count = read(output, &chunk, chunk.count)
                if count > 0 {
                    if !Self.feed(&outputLines, chunk[..<count], ears.onLine) {
                        ears.onOverflow()
                        close()
                    }
                } else if count == 0 || errno != EAGAIN && errno != EINTR {
                    outputOpen = false
                }
            }
            if polled[1].revents != 0 {
                let count = read(errors, &chunk, chunk.count)
                if count > 0 {
                    _ = Self.feed(&errorLines, chunk[..<count], ears.onErrorLine)
                } else if count == 0 || errno != EAGAIN && errno != EINTR {
                    errorsOpen = false
                }
            }
        }
    }

    /// Hands over whole lines; false once one is too long.
    private static func feed(
        _ lines: inout LineSplitter,
        _ bytes: ArraySlice<UInt8>,
        _ body: ([UInt8]) -> Void
    ) -> Bool {
        var isWhole = true
        for piece in lines.take(bytes) {
            switch piece {
            case .line(let line): body(line)
            case .tooLong: isWhole = false
            }
        }
        return isWhole && !lines.isTooLong
    }

    /// Writes what waits; false when nobody reads any more.
    private func writeSome() -> Bool {
        state.withLock { state in
            while !state.outgoing.isEmpty {
                let count = state.outgoing.withUnsafeBytes {
                    write(input, $0.baseAddress, $0.count)
                }
                if count > 0 {
                    state.outgoing.removeFirst(count)
                } else if errno == EAGAIN {
                    return true
                } else if errno != EINTR {
                    state.outgoing = []
                    return false
                }
            }
            return true
        }
    }

    /// A program that closes its input must not end this one.
    private static func blockPipeSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func finish(_ status: Int32, _ inputOpen: Bool) -> Int32 {
        state.withLock { $0.hasEnded = true }
        if inputOpen { Glibc.close(input) }
        Glibc.close(output)
        Glibc.close(errors)
        return status
    }

    deinit {
        Glibc.close(wakeRead)
        Glibc.close(wakeWrite)
    }

    /// `exited with 3` or `ended by signal 9`.
    static func told(_ status: Int32) -> String {
        status & 0x7F == 0
            ? "exited with \(status >> 8 & 0xFF)" : "ended by signal \(status & 0x7F)"
    }
}
