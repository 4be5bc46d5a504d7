public import Core
import Identity
import Store

extension OutsideToolbox {
    /// Begins the authorization of Weft at a server: finds out where a person must go.
    ///
    /// - Returns: the page to open, and who asks there.
    /// - Throws: a fault of code `not-found` or `no-address`; ``OutsideFault``; `StoreError`.
    public func beginAuthorisation(
        _ id: ID<OutsideServer>,
        scope: Scope
    ) async throws -> AuthorisationVisit {
        let servers = surroundings.servers
        let (server, record) = try await surroundings.database.read {
            (
                try servers.server(id, scope: scope, in: $0),
                try servers.record(of: id, in: $0)
            )
        }
        guard server.transport == .http, let address = server.url.flatMap({ WebAddress($0) }) else {
            throw GeneralFault(
                .conflict,
                code: "no-authorisation",
                "a program gets its credentials from its environment"
            )
        }
        guard !surroundings.identity.redirectURI.isEmpty else {
            throw GeneralFault(
                .conflict,
                code: "no-address",
                "server.url must be configured, so that a browser can come back"
            )
        }
        let secrets = try servers.secrets(of: server)
        var challenge = try await OutsideClient.challenge(
            of: address,
            headers: secrets.headers,
            web: surroundings.web,
            reachesPrivateAddresses: servers.rules.allowsPrivate
        )
        if !server.scopes.isEmpty {
            challenge.scopes = ScopeList.union(challenge.scopes ?? [], server.scopes)
        }
        var authorisation = Authorisation(
            server: address,
            identity: identity(secrets),
            memory: record.memory,
            challenge: challenge,
            mayVisit: true,
            mayRefresh: false,
            random: surroundings.random,
            now: surroundings.clock.now()
        )
        var action = authorisation.begin()
        while case .ask(let request) = action {
            action = authorisation.handle(await ask(request))
        }
        switch action {
        case .visit(let visit):
            let memory = authorisation.memory
            try await surroundings.database.transaction {
                try servers.begin(
                    visit,
                    memory,
                    over: record,
                    of: server,
                    scope: scope,
                    in: $0
                )
            }
            return visit
        case .failed(let fault): throw OutsideFault(fault)
        case .granted, .ask:
            throw OutsideFault(AuthorisationFault(.ours, "nobody needs to be asked"))
        }
    }

    /// Ends what ``beginAuthorisation(_:scope:)`` began, with what the browser brought back.
    ///
    /// - Returns: the server, which has tokens now.
    /// - Throws: a fault of code `authorisation-mismatch` and others; ``OutsideFault``; `StoreError`.
    public func endAuthorisation(
        _ answer: AuthorisationReturn,
        scope: Scope
    ) async throws -> OutsideServer {
        let servers = surroundings.servers
        let taken = try await surroundings.database.transaction { transaction in
            try answer.state.flatMap { try servers.take($0, scope: scope, in: transaction) }
        }
        guard let taken, let address = taken.server.url.flatMap({ WebAddress($0) })
        else {
            throw OutsideFault(
                AuthorisationFault(
                    .foreignReturn,
                    "you began no authorization that this answer belongs to, or too long ago"
                )
            )
        }
        let server = taken.server
        let visit = taken.visit
        var authorisation = Authorisation(
            resuming: visit,
            server: address,
            identity: identity(try servers.secrets(of: server)),
            memory: taken.record.memory,
            random: surroundings.random,
            now: surroundings.clock.now()
        )
        var action = authorisation.handle(.returned(answer))
        while case .ask(let request) = action {
            action = authorisation.handle(await ask(request))
        }
        let known = authorisation.memory
        guard case .granted = action else {
            try await surroundings.database.transaction {
                _ = try servers.keep(known, over: taken.record, of: server, in: $0)
            }
            if case .failed(let fault) = action { throw OutsideFault(fault) }
            throw OutsideFault(AuthorisationFault(.ours, "the authorization did not end"))
        }
        let authorised = try await surroundings.database.transaction { transaction in
            let kept = try servers.keep(
                known,
                over: taken.record,
                isPersonal: true,
                of: server,
                in: transaction
            )
            guard kept != nil else {
                throw OutsideFault(
                    AuthorisationFault(
                        .foreignReturn,
                        "the authorization was ended by somebody else meanwhile"
                    )
                )
            }
            try servers.record(.ready, nil, description: nil, of: server.id, in: transaction)
            try servers.note(
                "authorised",
                server,
                ["issuer": .string(visit.issuer)],
                scope: scope,
                in: transaction
            )
            return try servers.server(server.id, scope: scope, in: transaction)
        }
        return authorised
    }

    private func ask(_ request: OAuthRequest) async -> Authorisation.Input {
        await Authoriser.ask(
            request,
            of: surroundings.web,
            private: surroundings.servers.rules.allowsPrivate
        )
    }
}

extension OutsideClient {
    /// What a server asks of whoever comes without a token; an empty challenge when it asks for nothing.
    static func challenge(
        of address: WebAddress,
        headers: [(name: String, value: String)],
        web: any WebClient,
        reachesPrivateAddresses: Bool
    ) async throws(OutsideFault) -> BearerChallenge {
        let revision = ProtocolRevision.newest
        let probe = RPCRequest(
            id: .number(1),
            method: MethodName.discover,
            params: [
                "_meta": [
                    MetaKey.protocolVersion: .string(revision.rawValue),
                    MetaKey.clientCapabilities: [:],
                ]
            ]
        )
        do throws(WebFault) {
            let answer = try await web.send(
                WebRequest(
                    "POST",
                    address.description,
                    headers: headers + [
                        (name: "Content-Type", value: "application/json"),
                        (name: "Accept", value: "application/json, text/event-stream"),
                        (name: HeaderName.protocolVersion, value: revision.rawValue),
                        (name: HeaderName.method, value: MethodName.discover),
                    ],
                    body: MessageWriter.bytes(.request(probe)),
                    timeout: .seconds(15),
                    reachesPrivateAddresses: reachesPrivateAddresses
                )
            )
            let fields = answer.headers.filter { $0.name == "www-authenticate" }.map(\.value)
            return BearerChallenge(fields: fields) ?? BearerChallenge()
        } catch {
            throw OutsideFault(error)
        }
    }
}
