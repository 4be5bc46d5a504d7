import CLinux
import Glibc

extension WebSocket {
    func enqueue(_ frame: [UInt8]?) {
        guard let frame, !frame.isEmpty else { return }
        // A queue that never runs quite empty must not grow by what has left it.
        if queueStart > 64 {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
        queue.append(frame)
        unsent += frame.count
        if mustWait { isFull = true }
        flushSoon()
    }

    func flushSoon() {
        guard !willFlush else { return }
        willFlush = true
        loop.flushLater(self)
    }

    func flush() {
        willFlush = false
        guard phase != .closed, phase != .lingering else { return }
        switch writeQueue() {
        case .failed:
            close()
            return
        case .blocked(let progressed):
            if progressed || writeDeadline == .max {
                writeDeadline = loop.now + options.writeTimeout.milliseconds
                schedule()
            }
        case .done:
            if writeDeadline != .max {
                writeDeadline = .max
                schedule()
            }
            if phase == .finishing {
                finish()
                return
            }
        }
        if isFull, unsent <= options.fullAt / 4 {
            isFull = false
            handler?.drained(self)
        }
        updateInterest()
    }

    /// Everything is written: the server ends the connection (RFC 6455 section 7.1.1).
    func finish() {
        guard !peerHasLeft else {
            close()
            return
        }
        shutdown(descriptor, Int32(SHUT_WR))
        phase = .lingering
        updateInterest()
    }

    func updateInterest() {
        guard phase != .closed else { return }
        var wanted: UInt32 = 0
        if !peerHasLeft {
            wanted |= EPOLLRDHUP.rawValue
            if !mustWait || phase == .lingering { wanted |= EPOLLIN.rawValue }
        }
        if writeDeadline != .max { wanted |= EPOLLOUT.rawValue }
        if wanted != interest {
            interest = wanted
            loop.modify(slot, descriptor: descriptor, events: wanted)
        }
    }

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
            // Whoever makes room in a full socket is alive, also while nothing is read of him; what a
            // socket with room takes, such as a ping, says nothing of the peer.
            if writeDeadline != .max { lastHeard = loop.now }
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
