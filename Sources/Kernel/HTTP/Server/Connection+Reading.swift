import CLinux
import Core
import Glibc

extension Connection {
    /// Reads once what the socket has; level-triggered readiness brings the rest.
    func receive() {
        let buffer = loop.readBuffer
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else {
            if count == 0 {
                if inflow != nil { cutBody(CancellationError()) }
                peerLeft()
            } else if errno != EAGAIN && errno != EINTR {
                close()
            }
            return
        }
        if phase == .lingering { return }
        // The buffer is the loop's and stays as it is until the next read, which is not before this
        // returns.
        let input = Span(_unsafeElements: UnsafeBufferPointer(rebasing: buffer[..<count]))
        if pendingStart < pending.count || !isReading {
            keep(input, from: 0)
            processPending()
        } else {
            keep(input, from: process(input, from: 0))
        }
        afterProcessing()
    }

    private func keep(_ input: Span<UInt8>, from start: Int) {
        guard start < input.count, !isClosing, phase != .closed, phase != .lingering else { return }
        if pendingStart > 0 {
            pending.removeFirst(pendingStart)
            pendingStart = 0
        }
        input.extracting(start..<input.count).withUnsafeBufferPointer {
            pending.append(contentsOf: $0)
        }
    }

    func processPending() {
        guard pendingStart < pending.count, isReading else { return }
        let input = pending
        pendingStart = process(input.span, from: pendingStart)
        if pendingStart == pending.count {
            pending = []
            pendingStart = 0
        }
        afterProcessing()
    }

    /// Takes requests off `input` as long as each is answered at once; gives where it stopped.
    private func process(_ input: Span<UInt8>, from start: Int) -> Int {
        var at = start
        do throws(HTTPFault) {
            while isReading {
                guard let event = try parser.next(input, &at) else { break }
                switch event {
                case .head(let head):
                    try begin(head)
                case .body(let range):
                    bodyWindow += range.count
                    if let inflow {
                        inflow.append(input.extracting(range))
                        continue
                    }
                    input.extracting(range).withUnsafeBufferPointer { body.append(contentsOf: $0) }
                case .end:
                    if let inflow {
                        self.inflow = nil
                        hangupSeen = false
                        clearPhaseDeadline()
                        inflow.finish()
                    } else {
                        dispatch()
                    }
                }
            }
        } catch {
            if inflow != nil {
                cutBody(error)
            } else {
                refuse(error)
            }
            return input.count
        }
        return at
    }

    /// Whether the parser may go on.
    private var isReading: Bool {
        switch phase {
        case .head, .body: !isClosing && tail == nil && out.count - sent < Self.outLimit
        case .answering: inflow.map { !$0.isFull } ?? false
        case .lingering, .closed: false
        }
    }

    /// Keeps deadlines and interest in step with what was read.
    private func afterProcessing() {
        guard phase != .closed else { return }
        if phase == .head, !headHasBegun, !parser.isIdle {
            headHasBegun = true
            setPhaseDeadline(worker.configuration.headerTimeout)
        }
        if let inflow, inflow.isFull { clearPhaseDeadline() }
        updateInterest()
    }

    func updateInterest() {
        guard phase != .closed else { return }
        var wanted: UInt32 = 0
        if !peerHasLeft {
            if !hangupSeen { wanted |= EPOLLRDHUP.rawValue }
            if (pending.count - pendingStart < Self.pendingLimit && inflow?.isFull != true)
                || phase == .lingering
            {
                wanted |= EPOLLIN.rawValue
            }
        }
        if writeDeadline != .max { wanted |= EPOLLOUT.rawValue }
        if wanted != interest {
            interest = wanted
            loop.modify(slot, descriptor: descriptor, events: wanted)
        }
    }

    // MARK: Requests

    private func begin(_ head: RequestHead) throws(HTTPFault) {
        if worker.configuration.onAccess != nil { startedAt = .now }
        minorVersion = head.minorVersion
        keepsAlive = head.keepsAlive && !worker.isDraining
        let storage = worker.takeStorage()
        parser.takeHeaders(&storage.headers)
        storage.method = head.method
        storage.remoteAddress =
            isProxied ? worker.configuration.client(of: address, storage.headers) : address
        storage.traceSeed = worker.nextTraceSeed()
        storage.readTarget(head.target)
        match = worker.routes.match(storage)
        request = Request(storage)
        parser.bodyLimit = match.bodyLimit
        headHasBegun = false
        switch head.framing {
        case .none:
            phase = .body
            return
        case .length(let count):
            guard count <= match.bodyLimit else { throw HTTPFault.tooLarge(limit: match.bodyLimit) }
            body.reserveCapacity(min(count, Self.pendingLimit))
        case .chunked: break
        }
        phase = .body
        expectBody()
        awaitsInvitation = head.expectsContinue
        if match.streamsBody {
            let inflow = BodyInflow(self)
            self.inflow = inflow
            // Nobody else has seen the request yet.
            self.request?.storage.inflow = inflow
            // Until it is invited, the client may wait for the handler.
            if awaitsInvitation { clearPhaseDeadline() }
            dispatch()
        } else if case .found = match {
            invite()
        } else if awaitsInvitation {
            // The body that was announced will not be read, so the stream ends with this answer.
            keepsAlive = false
            mustLinger = true
            dispatch()
        }
    }

    // MARK: Bodies

    /// Gives the client another while for some more of the body.
    func expectBody() {
        bodyWindow = 0
        setPhaseDeadline(worker.configuration.bodyTimeout)
    }

    /// Answers `Expect: 100-continue`: the body is asked for only when somebody will read it.
    func invite() {
        guard awaitsInvitation else { return }
        awaitsInvitation = false
        if inflow != nil { expectBody() }
        // RFC 9110 section 10.1.1: not once the final answer has begun.
        guard stream == nil else { return }
        ResponseWriter.append("HTTP/1.1 100 Continue\r\n\r\n", to: &out)
        flushSoon()
    }

    /// The handler has taken what there was of the body: reads on.
    func inflowHasRoom() {
        expectBody()
        updateInterest()
        resumeLater()
    }

    /// The rest of a streamed body will not come or not be read, so the stream ends with this answer.
    func cutBody(_ error: any Error) {
        guard let inflow else { return }
        self.inflow = nil
        hangupSeen = false
        keepsAlive = false
        mustLinger = true
        clearPhaseDeadline()
        inflow.fail(error)
    }

    private func dispatch() {
        guard let request else { return }
        if !body.isEmpty {
            // Nobody else has seen the request yet.
            request.storage.body = body
            body = []
        }
        phase = .answering
        if inflow == nil { clearPhaseDeadline() }
        loop.obligations += 1
        task = Task(executorPreference: loop) { [self] in
            let response = await worker.routes.respond(to: request, match: match)
            if loop.isCurrent {
                loop.obligations -= 1
                complete(response)
            } else {
                loop.perform {
                    self.loop.obligations -= 1
                    self.complete(response)
                }
            }
        }
        // A handler that never suspends is done after this.
        loop.runJobs()
    }

    /// The client has shut its side: nobody waits for the answer under way, as far as one can know.
    func peerLeft() {
        guard !peerHasLeft, phase != .closed else { return }
        peerHasLeft = true
        switch phase {
        case .answering:
            task?.cancel()
            keepsAlive = false
            updateInterest()
        case .head where sent < out.count || tail != nil || willFlush:
            isClosing = true
            updateInterest()
        default:
            close()
        }
    }
}
