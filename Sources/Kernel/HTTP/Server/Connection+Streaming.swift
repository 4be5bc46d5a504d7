import Core
import Glibc

extension Connection {
    /// Sends the head of a streamed answer and starts its writer.
    func stream(_ response: Response, _ body: StreamedBody) {
        let isChunked = minorVersion == 1
        if !isChunked { keepsAlive = false }
        appendHead(response, isChunked: isChunked)
        let stream = AnswerStream(
            self,
            status: response.status,
            isChunked: isChunked,
            isEndless: body.isEndless
        )
        self.stream = stream
        loop.obligations += 1
        task = Task(executorPreference: loop) { [self] in
            let outcome: Result<Void, any Error>
            do {
                try await body.write(BodyWriter(stream))
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            loop.perform {
                self.loop.obligations -= 1
                self.finishStream(stream, outcome)
            }
        }
        // It could not begin earlier, and what has happened meanwhile must not be lost.
        if peerHasLeft || (body.isEndless && worker.isDraining) { task?.cancel() }
        flushSoon()
        loop.runJobs()
    }

    /// The writer is done, well or not.
    private func finishStream(_ stream: AnswerStream, _ outcome: Result<Void, any Error>) {
        guard self.stream === stream, phase == .answering else { return }
        task = nil
        if case .failure(let error) = outcome {
            let isOrderly = stream.isEndless && worker.isDraining && error is CancellationError
            if !isOrderly {
                if let request { worker.routes.report(error, request) }
                abort()
                return
            }
        }
        self.stream = nil
        stream.end()
        cutBody(CancellationError())
        if minorVersion == 1 { ResponseWriter.append("0\r\n\r\n", to: &out) }
        if let request { tellAccess(request, stream.status, stream.count) }
        recycle()
        phase = .head
        if !keepsAlive || worker.isDraining || peerHasLeft { isClosing = true }
        flushSoon()
        if isClosing { return }
        setPhaseDeadline(worker.configuration.idleTimeout)
        resumeLater()
    }

    /// Whether a streamed answer may append to `out`.
    var hasRoom: Bool { out.count - sent <= Self.outLimit }

    /// Appends a part of a streamed answer.
    func append(_ bytes: [UInt8], isChunked: Bool) {
        if sent > Self.pendingLimit {
            out.removeFirst(sent)
            sent = 0
        }
        if isChunked {
            ResponseWriter.append(hexadecimal: bytes.count, to: &out)
            ResponseWriter.append("\r\n", to: &out)
            out.append(contentsOf: bytes)
            ResponseWriter.append("\r\n", to: &out)
        } else {
            out.append(contentsOf: bytes)
        }
        flushSoon()
    }

    /// Ends the connection now, and forgets what was not taken yet.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_LINGER,
            &option,
            socklen_t(MemoryLayout<linger>.size)
        )
        close()
    }

    /// Ends the connection so that the client cannot take what it got for all there is.
    private func abort() {
        // A plain end is what tells HTTP/1.0 that the body is complete; a reset is not.
        if minorVersion == 0 { reset() } else { close() }
    }
}
