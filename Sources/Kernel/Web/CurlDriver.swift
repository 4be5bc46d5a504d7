import CCurl
import Core
import Glibc
import Synchronization

/// Drives libcurl's multi interface on the one thread that `run` is called on.
///
/// `@unchecked Sendable`: `multi`, the queue and the handles are touched by `run` alone; other threads
/// reach only `shared`, and `multi` for waking it, which libcurl allows.
final class CurlDriver: @unchecked Sendable {
    /// What other threads hand over.
    private struct Shared {
        var submitted: [CurlExchange] = []
        var cancelled: [UInt64] = []
        /// Requests whose readers have room again.
        var resumed: [UInt64] = []
        /// Requests taken and not answered yet.
        var count = 0
        var start: (@Sendable () -> Void)?
        var isClosed = false
        var isAsleep = false
    }

    private struct Running {
        let exchange: CurlExchange
        let handle: CurlHandle
    }

    let configuration: CurlWebClient.Configuration
    private let shared = Mutex(Shared())
    private let lastID = Atomic<UInt64>(0)
    private let multi: UnsafeMutableRawPointer?
    private var queue: WebQueue
    private var waiting: [UInt64: CurlExchange] = [:]
    private var running: [UInt64: Running] = [:]
    private var idle: [CurlHandle] = []
    /// Running requests that have an idle timeout.
    private var watched: Set<UInt64> = []

    init(_ configuration: CurlWebClient.Configuration) {
        self.configuration = configuration
        queue = WebQueue(
            total: configuration.concurrency,
            perOrigin: configuration.concurrencyPerOrigin
        )
        multi = curl_multi_init()
        weft_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.concurrency)
    }

    deinit {
        idle.removeAll()
        curl_multi_cleanup(multi)
    }

    // MARK: From any thread

    func nextID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

    func whenFirstUsed(_ start: @escaping @Sendable () -> Void) {
        shared.withLock { $0.start = start }
    }

    func submit(_ exchange: CurlExchange) {
        let (refusal, wakes, start) = shared.withLock {
            shared -> (WebFault?, Bool, (@Sendable () -> Void)?) in
            if shared.isClosed {
                return (WebFault(.cancelled, "the client was closed"), false, nil)
            }
            guard shared.count < configuration.queue else {
                return (
                    WebFault(.overloaded, "\(configuration.queue) requests wait already"), false,
                    nil
                )
            }
            shared.count += 1
            shared.submitted.append(exchange)
            defer {
                shared.isAsleep = false
                shared.start = nil
            }
            return (nil, shared.isAsleep, shared.start)
        }
        if let refusal { return exchange.finish(.failure(refusal)) }
        start?()
        if wakes { curl_multi_wakeup(multi) }
    }

    func cancel(_ exchange: CurlExchange) {
        exchange.cancel()
        wake { $0.cancelled.append(exchange.id) }
    }

    /// Goes on with a request that was held up by its reader.
    func resume(_ exchange: CurlExchange) {
        wake { $0.resumed.append(exchange.id) }
    }

    func close() {
        wake { $0.isClosed = true }
    }

    private func wake(_ change: (inout Shared) -> Void) {
        let wakes = shared.withLock { shared in
            change(&shared)
            defer { shared.isAsleep = false }
            return shared.isAsleep
        }
        if wakes { curl_multi_wakeup(multi) }
    }

    // MARK: On the thread

    /// Works until the driver is closed.
    func run() {
        ignorePipeSignals()
        while true {
            let (submitted, cancelled, resumed, isClosed) = shared.withLock { shared in
                defer {
                    shared.submitted.removeAll(keepingCapacity: true)
                    shared.cancelled.removeAll(keepingCapacity: true)
                    shared.resumed.removeAll(keepingCapacity: true)
                }
                return (shared.submitted, shared.cancelled, shared.resumed, shared.isClosed)
            }
            for exchange in submitted {
                admit(exchange)
            }
            for id in cancelled {
                drop(id, WebFault(.cancelled, "the caller gave up"))
            }
            if isClosed { return end() }
            for id in resumed {
                goOn(id)
            }
            expire()
            expireIdle()
            startWaiting()
            var count: Int32 = 0
            curl_multi_perform(multi, &count)
            if reap() {
                // Slots are free: fill them before going to sleep.
                startWaiting()
            }
            sleep()
        }
    }

    private func sleep() {
        let mayWait = shared.withLock { shared in
            shared.isAsleep =
                shared.submitted.isEmpty && shared.cancelled.isEmpty && shared.resumed.isEmpty
                && !shared.isClosed
            return shared.isAsleep
        }
        // libcurl shortens the wait to its own timers. What waits in the queue, or for a sign of the other
        // side, is looked at for its deadline a few times a second.
        let longest: Int32 = waiting.isEmpty && watched.isEmpty ? 60_000 : 200
        curl_multi_poll(multi, nil, 0, mayWait ? longest : 0, nil)
        shared.withLock { $0.isAsleep = false }
    }

    private func admit(_ exchange: CurlExchange) {
        if exchange.isCancelled {
            return answer(exchange, .failure(WebFault(.cancelled, "the caller gave up")))
        }
        waiting[exchange.id] = exchange
        queue.add(exchange.id, to: exchange.plan.origin)
    }

    private func startWaiting() {
        while let id = queue.next() {
            guard let exchange = waiting.removeValue(forKey: id) else { continue }
            guard let handle = idle.popLast() ?? CurlHandle(configuration),
                handle.prepare(exchange),
                curl_multi_add_handle(multi, handle.pointer) == CURLM_OK
            else {
                queue.ended(at: exchange.plan.origin)
                answer(exchange, .failure(WebFault(.unreachable, "libcurl cannot be started")))
                continue
            }
            running[id] = Running(exchange: exchange, handle: handle)
            exchange.touch()
            if exchange.stream != nil, exchange.plan.idleTimeout != nil { watched.insert(id) }
        }
    }

    /// Answers what has ended; whether there was anything.
    private func reap() -> Bool {
        var ended = false
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE,
                let easy = message.pointee.easy_handle
            else { continue }
            let code = message.pointee.data.result
            var pointer: UnsafeMutableRawPointer?
            weft_curl_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
            guard let pointer else { continue }
            let exchange = Unmanaged<CurlExchange>.fromOpaque(pointer).takeUnretainedValue()
            guard let found = running.removeValue(forKey: exchange.id) else { continue }
            let result = found.handle.result(of: exchange, code)
            release(found, keep: code == CURLE_OK)
            answer(exchange, result)
            ended = true
        }
        return ended
    }

    private func release(_ ended: Running, keep: Bool) {
        curl_multi_remove_handle(multi, ended.handle.pointer)
        queue.ended(at: ended.exchange.plan.origin)
        watched.remove(ended.exchange.id)
        // After a failure nobody knows what the handle remembers.
        if keep, idle.count < configuration.concurrency { idle.append(ended.handle) }
    }

    private func drop(_ id: UInt64, _ fault: WebFault) {
        if let found = running.removeValue(forKey: id) {
            release(found, keep: false)
            answer(found.exchange, .failure(fault))
        } else if let exchange = waiting.removeValue(forKey: id) {
            queue.remove(id, from: exchange.plan.origin)
            answer(exchange, .failure(fault))
        }
    }

    /// Gives up what waited in the queue until its deadline.
    private func expire() {
        guard !waiting.isEmpty else { return }
        let now = ContinuousClock.now
        for exchange in waiting.values where exchange.plan.deadline <= now {
            let place = exchange.plan.place
            drop(exchange.id, WebFault(.timedOut, "\(place): no turn before the timeout"))
        }
    }

    /// Gives up those of whom nothing was heard for too long.
    private func expireIdle() {
        guard !watched.isEmpty else { return }
        let now = ContinuousClock.now
        for id in watched {
            guard let exchange = running[id]?.exchange, let deadline = exchange.idleDeadline,
                deadline <= now
            else { continue }
            let place = exchange.plan.place
            drop(id, WebFault(.timedOut, "\(place): nothing came for too long"))
        }
    }

    private func goOn(_ id: UInt64) {
        guard let found = running[id] else { return }
        found.exchange.touch()
        // libcurl hands over at once what it kept, and tells nobody else when that fails.
        let code = curl_easy_pause(found.handle.pointer, CURLPAUSE_CONT)
        guard code != CURLE_OK, running.removeValue(forKey: id) != nil else { return }
        let result = found.handle.result(of: found.exchange, code)
        release(found, keep: false)
        answer(found.exchange, result)
    }

    private func answer(_ exchange: CurlExchange, _ result: Result<WebAnswer, WebFault>) {
        shared.withLock { $0.count -= 1 }
        exchange.finish(result)
    }

    private func end() {
        let fault = WebFault(.cancelled, "the client was closed")
        for id in Array(running.keys) + Array(waiting.keys) {
            drop(id, fault)
        }
        idle.removeAll()
    }

    /// OpenSSL writes to sockets without `MSG_NOSIGNAL`.
    private func ignorePipeSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
