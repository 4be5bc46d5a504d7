import Core
import Synchronization

extension OutsideClient {
    /// Finds out what server this is and which revision to speak.
    ///
    /// The newest revision is tried first: whoever answers `server/discover`, or refuses with an error of
    /// that revision, speaks it. Everybody else is asked for a handshake. Whoever asks while that is under
    /// way waits for it; once it is known it is answered at once.
    ///
    /// - Throws: ``OutsideFault``.
    @discardableResult
    public func connect() async throws(OutsideFault) -> ServerDescription {
        try await agree().server
    }

    /// What was agreed on; the handshake when there is nothing yet.
    func agree() async throws(OutsideFault) -> Agreement {
        if let agreement { return agreement }
        return try await handshake { () async throws(OutsideFault) -> Agreement in
            // Somebody else's attempt may have ended before this one began.
            if let agreement { return agreement }
            return keep(try await findOut())
        }
    }

    /// What was agreed on after the session of `refused` ended; another handshake when nobody made one yet.
    func agree(after refused: Agreement) async throws(OutsideFault) -> Agreement {
        try await handshake { () async throws(OutsideFault) -> Agreement in
            if let agreement, agreement.session != refused.session { return agreement }
            state.withLock { $0.agreement = nil }
            return keep(try await initialise())
        }
    }

    private func keep(_ agreement: Agreement) -> Agreement {
        state.withLock { $0.agreement = agreement }
        return agreement
    }

    private func findOut() async throws(OutsideFault) -> Agreement {
        if let revision = configuration.revision, !revision.isStateless {
            return try await initialise()
        }
        do throws(OutsideFault) {
            return Agreement(server: try await discover(.newest, mayRetry: true))
        } catch {
            switch error.reason {
            case .unreachable, .forbiddenAddress, .authorisation, .tooLarge, .invalidRequest:
                throw error
            case .cutOff where !transport.hasHeaders:
                throw error
            case .timedOut where transport.hasHeaders:
                throw error
            case .unsupportedVersion:
                // A server of the newer kind that knows another revision; or one that says so of old ones.
                let known = Self.revisions(error.error?.data?["supported"])
                guard configuration.revision == nil, known.contains(where: { !$0.isStateless })
                else { throw error }
            case .refused where Self.isModern(error):
                throw error
            default:
                guard configuration.revision == nil else {
                    return Agreement(server: try assumed(after: error))
                }
            }
            log("no \(ProtocolRevision.newest.rawValue): \(error.message)")
        }
        return try await initialise()
    }

    /// A server that does not know the method, and was said to speak the revision nevertheless.
    private func assumed(after error: OutsideFault) throws(OutsideFault) -> ServerDescription {
        guard error.error?.code == RPCError.Code.methodNotFound else { throw error }
        return ServerDescription(
            revision: .newest,
            info: [:],
            capabilities: [:],
            instructions: nil
        )
    }

    /// Errors that only servers of the newer kind know.
    private static func isModern(_ fault: OutsideFault) -> Bool {
        [
            RPCError.Code.headerMismatch, RPCError.Code.missingCapability,
            RPCError.Code.unsupportedVersion,
        ].contains(fault.error?.code)
    }

    private static func revisions(_ json: JSON?) -> [ProtocolRevision] {
        (json?.array ?? []).prefix(50).compactMap { $0.string.flatMap(ProtocolRevision.init) }
    }

    private func discover(
        _ revision: ProtocolRevision,
        mayRetry: Bool
    ) async throws(OutsideFault) -> ServerDescription {
        let result: JSON
        do throws(OutsideFault) {
            result = try await send(
                revision,
                nil,
                MethodName.discover,
                [:],
                [],
                nil,
                transport.hasHeaders ? nil : configuration.probeTimeout
            )
        } catch  where error.reason == .unsupportedVersion && mayRetry {
            let shared = Self.revisions(error.error?.data?["supported"])
                .filter(\.isStateless).max()
            guard let shared else { throw error }
            return try await discover(shared, mayRetry: false)
        }
        let supported = Self.revisions(result["supportedVersions"])
        guard result["supportedVersions"]?.array != nil else {
            throw OutsideFault(.malformed, "the server does not say which revisions it knows")
        }
        guard let shared = supported.filter(\.isStateless).max() else {
            throw OutsideFault(
                .unsupportedVersion,
                "the server knows no revision that Weft knows",
                error: .unsupportedVersion(
                    revision.rawValue,
                    supported: supported.map(\.rawValue)
                )
            )
        }
        return ServerDescription(
            revision: shared,
            info: result["_meta"]?[MetaKey.serverInfo] ?? result["serverInfo"] ?? [:],
            capabilities: result["capabilities"] ?? [:],
            instructions: result["instructions"]?.string.map {
                OutsideText.paragraph($0, OutsideTool.longestDescription)
            }
        )
    }

    /// The handshake of the stateful revisions.
    private func initialise() async throws(OutsideFault) -> Agreement {
        let wanted = configuration.revision ?? .newestStateful
        let result = try await send(
            wanted,
            nil,
            MethodName.initialize,
            [
                "protocolVersion": .string(wanted.rawValue),
                "capabilities": .object(configuration.elicitation.capabilities),
                "clientInfo": info,
            ]
        )
        guard let text = result["protocolVersion"]?.string else {
            throw OutsideFault(.malformed, "the server's answer to the handshake has no revision")
        }
        // Some servers answer a handshake with a revision that has none.
        guard let revision = ProtocolRevision(rawValue: text),
            configuration.revision == nil || revision <= wanted || revision == wanted
        else {
            throw OutsideFault(
                .unsupportedVersion,
                "the server speaks revision \(OutsideText.line(text, 40)), Weft speaks "
                    + ProtocolRevision.names.joined(separator: ", ")
            )
        }
        let server = ServerDescription(
            revision: revision,
            info: result["serverInfo"] ?? [:],
            capabilities: result["capabilities"] ?? [:],
            instructions: result["instructions"]?.string.map {
                OutsideText.paragraph($0, OutsideTool.longestDescription)
            }
        )
        guard !revision.isStateless else { return Agreement(server: server) }
        let session = transport.session
        try await notification(NotificationName.initialized, revision, session)
        if transport.hasHeaders, !configuration.elicitation.capabilities.isEmpty {
            // Servers may ask on the channel that belongs to no request.
            await listen(revision, session)
        }
        return Agreement(server: server, session: session)
    }
}
