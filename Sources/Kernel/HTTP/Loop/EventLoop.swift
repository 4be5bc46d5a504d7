import CLinux
import Glibc
import Synchronization

/// Something with a descriptor that an event loop watches; all its methods run on the loop's thread.
protocol LoopChannel: AnyObject {
    /// Readiness as epoll reports it.
    func ready(_ events: UInt32)
    /// The deadline that was set has passed.
    func deadlinePassed()
    /// The turn ends: what was collected shall go out.
    func flush()
    /// The channel asked for another turn.
    func resume()
}

/// One thread that waits for descriptors, runs jobs of Swift tasks, and keeps deadlines.
///
/// Invariant behind `@unchecked Sendable`: the loop owns an epoll and an eventfd; everything but
/// `inbox`, `thread` and `load` is touched by the loop's own thread only, which `preconditionOnLoop`
/// checks at the entrances.
final class EventLoop: TaskExecutor, @unchecked Sendable {
    /// What other threads leave for the loop.
    private struct Inbox: Sendable {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        /// Whether the loop waits, or is about to, and must be woken.
        var isAsleep = false
    }

    private struct Slot {
        var channel: (any LoopChannel)?
        var generation: UInt32 = 0
        var deadline = UInt64.max
        /// The deadline of the one entry in the wheel that counts.
        var scheduled = UInt64.max
    }

    /// At most this many jobs run before descriptors are looked at again.
    private static let jobBudget = 512
    private static let wakeToken = UInt64.max

    private let epoll: Int32
    private let wake: Int32
    private let inbox = Mutex(Inbox())
    private let thread = Atomic<UInt>(0)
    /// How many channels the loop has, for choosing the least loaded one.
    let load = Atomic<Int>(0)

    @exclusivity(unchecked) private var jobs: [UnownedJob] = []
    @exclusivity(unchecked) private var nextJob = 0
    @exclusivity(unchecked) private var isRunningJobs = false
    @exclusivity(unchecked) private var slots: [Slot] = []
    private var free: [Int] = []
    private var wheel: TimerWheel
    @exclusivity(unchecked) private var unflushed: [any LoopChannel] = []
    @exclusivity(unchecked) private var waiting: [any LoopChannel] = []
    private var events: [epoll_event]
    private var isStopping = false
    /// Work that must end before a stopping loop may: tasks whose jobs need this thread.
    @exclusivity(unchecked) var obligations = 0
    /// Milliseconds of the monotonic clock at the start of the turn.
    private(set) var now: UInt64
    /// Where channels read into, one at a time; owned by the loop for its life.
    let readBuffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 << 10)

    /// A loop that is not running yet.
    ///
    /// - Throws: `ListenFault` when the process has no more descriptors.
    init() throws(ListenFault) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        now = Self.milliseconds()
        wheel = TimerWheel(now: now)
        events = [epoll_event](repeating: epoll_event(), count: 256)
        readBuffer.initialize(repeating: 0)
        guard epoll >= 0, wake >= 0 else { throw ListenFault("event loop", errno) }
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = Self.wakeToken
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0 else {
            throw ListenFault("event loop", errno)
        }
    }

    deinit {
        close(epoll)
        close(wake)
        readBuffer.deallocate()
    }

    private static func milliseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }

    // MARK: From any thread

    /// Whether the caller runs on the loop's thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    func preconditionOnLoop() {
        precondition(isCurrent, "this belongs to the loop's thread")
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            jobs.append(job)
            return
        }
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if mustWake { wakeUp() }
    }

    /// Calls `call` on the loop's thread: at once when that is the caller's, else soon.
    func perform(_ call: @escaping @Sendable () -> Void) {
        if isCurrent {
            call()
            return
        }
        let mustWake = inbox.withLock { inbox in
            inbox.calls.append(call)
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if mustWake { wakeUp() }
    }

    private func wakeUp() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    /// Starts the loop's thread, which keeps the loop alive until it has stopped.
    ///
    /// - Throws: `ListenFault` when there can be no more threads.
    func start() throws(ListenFault) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, nil, runEventLoop, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw ListenFault("event loop thread", code)
        }
        pthread_detach(thread)
    }

    // MARK: On the loop: channels

    /// Watches `descriptor` for `channel` and gives the slot to name it by; nil when epoll refuses.
    func add(_ channel: any LoopChannel, descriptor: Int32, events: UInt32) -> Int? {
        preconditionOnLoop()
        let index = free.popLast() ?? slots.count
        if index == slots.count { slots.append(Slot()) }
        slots[index].channel = channel
        slots[index].deadline = .max
        slots[index].scheduled = .max
        guard control(EPOLL_CTL_ADD, descriptor, index, events) else {
            slots[index].channel = nil
            free.append(index)
            return nil
        }
        load.add(1, ordering: .relaxed)
        return index
    }

    /// Changes what `slot` is watched for.
    func modify(_ slot: Int, descriptor: Int32, events: UInt32) {
        _ = control(EPOLL_CTL_MOD, descriptor, slot, events)
    }

    /// Watches `descriptor` again after `unwatch`.
    func watch(_ slot: Int, descriptor: Int32, events: UInt32) {
        _ = control(EPOLL_CTL_ADD, descriptor, slot, events)
    }

    /// Stops watching `descriptor` but keeps its slot and deadline.
    func unwatch(_ slot: Int, descriptor: Int32) {
        _ = control(EPOLL_CTL_DEL, descriptor, slot, 0)
    }

    /// Forgets the channel in `slot`; events and deadlines still under way do not reach it.
    func remove(_ slot: Int, descriptor: Int32) {
        preconditionOnLoop()
        unwatch(slot, descriptor: descriptor)
        slots[slot].channel = nil
        slots[slot].generation &+= 1
        free.append(slot)
        load.subtract(1, ordering: .relaxed)
    }

    /// Hands `slot`, its descriptor and its deadline over to another channel.
    func replace(_ slot: Int, with channel: any LoopChannel) {
        preconditionOnLoop()
        slots[slot].channel = channel
        setDeadline(slot, .max)
    }

    /// Every channel.
    var channels: [any LoopChannel] { slots.compactMap(\.channel) }

    private func control(_ operation: Int32, _ descriptor: Int32, _ slot: Int, _ events: UInt32)
        -> Bool
    {
        var event = epoll_event()
        event.events = events
        event.data.u64 = token(slot)
        return epoll_ctl(epoll, operation, descriptor, &event) == 0
    }

    private func token(_ slot: Int) -> UInt64 {
        UInt64(slots[slot].generation) << 32 | UInt64(slot)
    }

    private func channel(_ token: UInt64) -> (slot: Int, channel: any LoopChannel)? {
        let slot = Int(token & 0xFFFF_FFFF)
        guard slot < slots.count, slots[slot].generation == UInt32(token >> 32),
            let channel = slots[slot].channel
        else { return nil }
        return (slot, channel)
    }

    /// Sets when `slot` shall hear `deadlinePassed`, `UInt64.max` for never.
    ///
    /// Setting it later than before costs one assignment: the wheel looks again when the old one comes.
    func setDeadline(_ slot: Int, _ deadline: UInt64) {
        slots[slot].deadline = deadline
        if deadline < slots[slot].scheduled {
            slots[slot].scheduled = deadline
            wheel.schedule(token(slot), at: deadline)
        }
    }

    /// Lets `channel` hear `flush` at the end of the turn.
    func flushLater(_ channel: any LoopChannel) { unflushed.append(channel) }

    /// Lets `channel` hear `resume` in this turn or the next.
    func resumeLater(_ channel: any LoopChannel) { waiting.append(channel) }

    // MARK: On the loop: turns

    /// Runs until stopped and free of channels and obligations.
    fileprivate func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        while !(isStopping && load.load(ordering: .relaxed) == 0 && obligations == 0
            && jobs.isEmpty && unflushed.isEmpty && waiting.isEmpty)
        {
            turn()
        }
        thread.store(0, ordering: .relaxed)
    }

    /// Ends the loop as soon as it has no channel and no obligation left.
    func stop() {
        preconditionOnLoop()
        isStopping = true
    }

    private func turn() {
        let hasWork = !jobs.isEmpty || !waiting.isEmpty || !unflushed.isEmpty
        let maySleep =
            !hasWork
            && inbox.withLock { inbox in
                inbox.isAsleep = inbox.jobs.isEmpty && inbox.calls.isEmpty
                return inbox.isAsleep
            }
        var timeout: Int32 = 0
        if maySleep {
            timeout = wheel.wait(from: Self.milliseconds()).map { Int32(min($0, 60_000)) } ?? -1
        }
        let count = events.withUnsafeMutableBufferPointer {
            epoll_wait(epoll, $0.baseAddress, Int32($0.count), timeout)
        }
        now = Self.milliseconds()
        for index in 0..<max(0, Int(count)) {
            let event = events[index]
            if event.data.u64 == Self.wakeToken {
                var value: UInt64 = 0
                _ = read(wake, &value, 8)
            } else if let (_, channel) = channel(event.data.u64) {
                channel.ready(event.events)
            }
        }
        takeInbox()
        runJobs()
        for entry in wheel.advance(to: now) { fire(entry) }
        let resumed = waiting
        waiting.removeAll(keepingCapacity: true)
        for channel in resumed { channel.resume() }
        // A flush may ask for another turn, but not for another flush in this one.
        let flushed = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for channel in flushed { channel.flush() }
    }

    private func takeInbox() {
        let taken = inbox.withLock { inbox in
            inbox.isAsleep = false
            if inbox.jobs.isEmpty && inbox.calls.isEmpty { return nil as Inbox? }
            let taken = inbox
            inbox = Inbox()
            return taken
        }
        guard let taken else { return }
        jobs.append(contentsOf: taken.jobs)
        for call in taken.calls { call() }
    }

    /// Runs the jobs that are ready, a bounded number of them; does nothing from within a job.
    func runJobs() {
        guard !isRunningJobs else { return }
        isRunningJobs = true
        let executor = asUnownedTaskExecutor()
        var budget = Self.jobBudget
        while nextJob < jobs.count, budget > 0 {
            let job = jobs[nextJob]
            nextJob += 1
            budget -= 1
            job.runSynchronously(on: executor)
        }
        if nextJob == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            nextJob = 0
        } else if nextJob > 4_096 {
            jobs.removeFirst(nextJob)
            nextJob = 0
        }
        isRunningJobs = false
    }

    private func fire(_ entry: TimerWheel.Entry) {
        guard let (slot, channel) = channel(entry.token),
            slots[slot].scheduled == entry.deadline
        else { return }
        slots[slot].scheduled = .max
        if slots[slot].deadline <= now {
            slots[slot].deadline = .max
            channel.deadlinePassed()
        } else if slots[slot].deadline != .max {
            setDeadline(slot, slots[slot].deadline)
        }
    }
}

/// A named function, because Swift 6.3.1 crashes on a local closure handed to pthread_create.
private func runEventLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
