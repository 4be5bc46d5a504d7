import Core
import Glibc
import Synchronization

/// Waits for SIGINT or SIGTERM on a thread of its own.
///
/// By a handler and a pipe: blocking the signals and waiting for them does not do, because the
/// runtime's main thread sleeps with all signals let in and would end the program.
struct StopSignals {
    private let thread = WorkerThread()
    private let readEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        precondition(status == 0, "the system has no descriptor left")
        readEnd = ends[0]
        stopPipe.store(ends[1], ordering: .sequentiallyConsistent)
        signal(SIGINT, stopRequested)
        signal(SIGTERM, stopRequested)
        signal(SIGPIPE, SIG_IGN)
    }

    func wait() async {
        let (stream, arrived) = AsyncStream.makeStream(of: Void.self)
        thread.run { [readEnd] in
            var byte: UInt8 = 0
            while read(readEnd, &byte, 1) < 0, errno == EINTR {}
            arrived.yield()
        }
        for await _ in stream { return }
    }
}

/// Where the handler writes; a handler of signals reaches nothing but globals.
private let stopPipe = Atomic<Int32>(-1)

private func stopRequested(_: Int32) {
    var byte: UInt8 = 1
    _ = write(stopPipe.load(ordering: .sequentiallyConsistent), &byte, 1)
}
