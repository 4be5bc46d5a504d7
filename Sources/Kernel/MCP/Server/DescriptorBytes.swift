import Core
import Glibc

/// A descriptor's bytes as they come, read by a thread of its own; the next read waits until the last
/// was taken.
struct DescriptorBytes: Sendable {
    private let parts: AsyncStream<[UInt8]>
    private let taken = ThreadSemaphore()

    init(_ descriptor: Int32) {
        let (parts, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        self.parts = parts
        let taken = taken
        WorkerThread().run {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                guard case .enqueued = continuation.yield(Array(buffer.prefix(count))) else {
                    break
                }
                taken.wait()
            }
            continuation.finish()
        }
    }

    /// Hands every part to `take` until the descriptor ends or the task is cancelled.
    func forEach(_ take: ([UInt8]) async -> Void) async {
        for await part in parts {
            await take(part)
            taken.signal()
        }
    }
}
