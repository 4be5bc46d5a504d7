import CLinux
import Core
import Glibc

extension Connection {
    /// The handler is done.
    func complete(_ response: Response) {
        task = nil
        guard phase == .answering, let request else { return }
        if case .stream(let body) = response.body, !response.status.isBodiless {
            stream(response, body)
            return
        }
        cutBody(CancellationError())
        if let upgrade = response.upgrade {
            self.request = nil
            switchProtocols(upgrade, request)
            return
        }
        write(response, to: request)
        recycle()
        phase = .head
        if isClosing { return }
        setPhaseDeadline(worker.configuration.idleTimeout)
        resumeLater()
    }

    /// Lets go of the request; another may have its memory once nobody else holds it.
    func recycle() {
        guard let storage = request?.storage else { return }
        request = nil
        worker.giveBack(storage)
    }

    /// Answers a request that cannot be read on, and ends the connection.
    func refuse(_ fault: HTTPFault) {
        guard phase != .closed, phase != .lingering else { return }
        let refused =
            request ?? Request(unreadableFrom: address, traceSeed: worker.nextTraceSeed())
        request = nil
        body = []
        pending = []
        pendingStart = 0
        keepsAlive = false
        mustLinger = true
        phase = .head
        // No timeout that was set for reading applies any more.
        clearPhaseDeadline()
        write(worker.routes.refusal(of: refused, fault), to: refused)
    }

    private func write(_ response: Response, to request: Request) {
        var response = response
        let isCompressed = compressIfWorthwhile(&response, request)
        appendHead(response, isCompressed: isCompressed)
        if !response.status.isBodiless {
            switch response.body {
            case .bytes(let bytes) where bytes.count <= Self.copyLimit:
                out.append(contentsOf: bytes)
            case .bytes(let bytes):
                tail = .bytes(bytes, sent: 0)
            case .file(let file) where file.count == 0: break
            case .file(let file):
                tail = .file(file, sent: 0)
            case .stream: break
            }
        }
        if !keepsAlive { isClosing = true }
        flushSoon()
        tellAccess(request, response.status, response.body.count)
    }

    /// Appends status line and fields, and settles whether the connection is kept.
    func appendHead(_ response: Response, isCompressed: Bool = false, isChunked: Bool = false) {
        if worker.isDraining || peerHasLeft
            || response.headers.list("connection", contains: "close")
        {
            keepsAlive = false
        }
        let frame = ResponseWriter.Frame(
            date: worker.date,
            minorVersion: minorVersion,
            closes: !keepsAlive,
            isCompressed: isCompressed,
            isChunked: isChunked
        )
        ResponseWriter.appendHead(response, frame, to: &out)
    }

    func tellAccess(_ request: Request, _ status: Status, _ count: Int) {
        guard let hook = worker.configuration.onAccess else { return }
        hook(request, status, count, startedAt.map { ContinuousClock.now - $0 } ?? .zero)
        startedAt = nil
    }

    private func compressIfWorthwhile(_ response: inout Response, _ request: Request) -> Bool {
        guard case .bytes(let bytes) = response.body, response.isCompressible,
            bytes.count > worker.configuration.compressionThreshold, bytes.count <= 4 << 20,
            !response.headers.contains("content-encoding"),
            let type = response.headers["content-type"], StaticFiles.isText(type)
        else { return false }
        response.headers.add("Vary", "Accept-Encoding")
        guard AcceptEncoding.allowsGzip(request.headers), let compressed = worker.compress(bytes)
        else { return false }
        response.body = .bytes(compressed)
        return true
    }

    func flushSoon() {
        guard !willFlush else { return }
        willFlush = true
        loop.flushLater(self)
    }

    // MARK: The socket

    /// Writes what the socket takes.
    func flush() {
        willFlush = false
        guard phase != .closed, phase != .lingering else { return }
        let outcome = writeAll()
        switch outcome {
        case .failed:
            close()
        case .blocked:
            if writeDeadline == .max { expectReader() }
            updateInterest()
            stream?.drained()
        case .done:
            if writeDeadline != .max {
                writeDeadline = .max
                updateInterest()
            }
            stream?.drained()
            if isClosing || (worker.isDraining && isUnused) {
                finish()
            } else {
                resumeLater()
            }
        }
    }

    /// Gives the client another while for taking some more of what is sent.
    func expectReader() {
        acknowledgedBefore = acknowledged
        writeDeadline = loop.now + worker.configuration.writeTimeout.milliseconds
        loop.setDeadline(slot, min(phaseDeadline, writeDeadline))
    }

    /// How many bytes the client has acknowledged.
    ///
    /// What the socket takes is no measure: it takes nothing for long and then much at once.
    var acknowledged: Int { written - Int(weft_unacknowledged(descriptor)) }

    private enum Outcome {
        case done
        case blocked
        case failed
    }

    private func writeAll() -> Outcome {
        while sent < out.count {
            let count = out.withUnsafeBufferPointer { buffer in
                Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { $0 + sent },
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .blocked : .failed
            }
            written += count
            sent += count
        }
        if out.capacity > Self.pendingLimit {
            out = []
        } else {
            out.removeAll(keepingCapacity: true)
        }
        sent = 0
        // Bounded, so that one large answer does not hold up the loop.
        var budget = 16
        while let part = tail {
            guard budget > 0 else {
                flushSoon()
                return .blocked
            }
            budget -= 1
            let count = advance(part)
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .blocked : .failed
            }
            // The file has become shorter: the length that was declared cannot be kept.
            if count == 0 { return .failed }
        }
        return .done
    }

    /// Sends some of the tail and moves it on.
    private func advance(_ part: Tail) -> Int {
        switch part {
        case .bytes(let bytes, let start):
            let count = bytes.withUnsafeBufferPointer { buffer in
                Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { $0 + start },
                    min(256 << 10, buffer.count - start),
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count > 0 {
                written += count
                tail = start + count == bytes.count ? nil : .bytes(bytes, sent: start + count)
            }
            return count
        case .file(let file, let start):
            var offset = off_t(start)
            let count = sendfile(
                descriptor,
                file.descriptor,
                &offset,
                min(256 << 10, file.count - start)
            )
            if count > 0 {
                written += count
                tail = start + count == file.count ? nil : .file(file, sent: start + count)
            }
            return count
        }
    }

    /// Everything is written and nothing more will be.
    private func finish() {
        guard mustLinger || pendingStart < pending.count, !peerHasLeft else {
            close()
            return
        }
        shutdown(descriptor, Int32(SHUT_WR))
        phase = .lingering
        pending = []
        pendingStart = 0
        setPhaseDeadline(.seconds(2))
        updateInterest()
    }
}
