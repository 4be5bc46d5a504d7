import CLinux
import Glibc

extension WebSocket {
    enum WriteOutcome {
        case done
        case blocked(progressed: Bool)
        case failed
    }

    /// Small frames leave together, up to this many bytes.
    private static let joinLimit = 32 << 10

    /// Writes what the socket takes, a bounded number of times, so that one reader that keeps pace with
    /// a large backlog does not hold up the loop.
    func writeQueue() -> WriteOutcome {
        var progressed = false
        var budget = 16
        while queueStart < queue.count {
            guard budget > 0 else { return .blocked(progressed: true) }
            budget -= 1
            joinSmallFrames()
            let start = firstSent
            let count = queue[queueStart].withUnsafeBufferPointer { buffer in
                Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { $0 + start },
                    buffer.count - start,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .blocked(progressed: progressed) : .failed
            }
            progressed = true
            // Whoever takes bytes is alive, also while nothing is read of him.
            lastHeard = loop.now
            unsent -= count
            firstSent += count
            if firstSent == queue[queueStart].count {
                queue[queueStart] = []
                queueStart += 1
                firstSent = 0
            }
        }
        queueStart = 0
        queue = []
        return .done
    }

    private func joinSmallFrames() {
        guard firstSent == 0, queueStart + 1 < queue.count,
            queue[queueStart].count + queue[queueStart + 1].count <= Self.joinLimit
        else { return }
        var joined: [UInt8] = []
        joined.reserveCapacity(min(unsent, Self.joinLimit))
        var at = queueStart
        while at < queue.count, joined.count + queue[at].count <= Self.joinLimit {
            joined.append(contentsOf: queue[at])
            queue[at] = []
            at += 1
        }
        queueStart = at - 1
        queue[queueStart] = joined
    }
}
