import Core

/// Who authorises, and what that server can do.
extension Authorisation {
    mutating func nextResource(_ places: [String]) -> Action {
        guard let place = places.first else { return fail(.badMetadata, "there is no metadata") }
        state = .resource(Array(places.dropFirst()))
        return .ask(.get(place))
    }

    mutating func nextIssuer(_ resource: ResourceMetadata) -> Action {
        var resource = resource
        if let registered = identity.registered {
            // What was registered by hand is good at one authorization server alone.
            if let issuer = registered.issuer ?? memory.credentials(ofID: registered.id)?.issuer {
                guard resource.issuers.contains(issuer) else {
                    return fail(
                        .issuerMismatch,
                        "the client id was registered with \(issuer), and the server now names "
                            + "\(resource.issuers.joined(separator: ", ")): register there"
                    )
                }
                resource.issuers = [issuer]
            }
        } else if let known = resource.issuers.first(where: { memory.grant?.issuer == $0 })
            ?? resource.issuers.first(where: { memory.credentials(at: $0) != nil })
        {
            resource.issuers = [known]
        }
        guard let text = resource.issuers.first, let issuer = WebAddress(text),
            issuer.scheme == "https" || identity.allowsPlain || issuer.isLoopback
        else { return fail(.badMetadata, "the authorization server has no https address") }
        resource.issuers = [text]
        return askIssuer(resource, IssuerMetadata.places(of: issuer))
    }

    mutating func askIssuer(_ resource: ResourceMetadata, _ places: [String]) -> Action {
        guard let place = places.first else { return fail(.ours, "there is no issuer to ask") }
        state = .issuer(resource, Array(places.dropFirst()))
        return .ask(.get(place))
    }

    mutating func read(
        issuer body: [UInt8],
        of resource: ResourceMetadata,
        else rest: [String]
    ) -> Action {
        let issuer: IssuerMetadata
        do throws(AuthorisationFault) {
            issuer = try IssuerMetadata(
                body,
                issuer: resource.issuers.first ?? "",
                allowsPlain: identity.allowsPlain
            )
        } catch  where error.reason == .badMetadata && !rest.isEmpty {
            // A page for people, for instance, that some servers show at every address.
            return askIssuer(resource, rest)
        } catch {
            return fail(error)
        }
        let plan = Plan(
            resource: resource.resource,
            issuer: issuer,
            scopes: scopes(resource, issuer)
        )
        // More scopes than were granted cannot be had by a refresh (RFC 6749 section 6).
        if mayRefresh, let grant = memory.grant, grant.issuer == issuer.issuer,
            grant.resource == plan.resource, let token = grant.refreshToken,
            challenge?.error != "insufficient_scope", let client = credentials(plan)
        {
            state = .refreshing(plan, grant)
            return .ask(
                .token(
                    plan.issuer.tokenEndpoint,
                    [
                        ("grant_type", "refresh_token"), ("refresh_token", token),
                        ("resource", plan.resource),
                    ],
                    client,
                    plan.issuer.authenticationMethods
                )
            )
        }
        return enter(plan)
    }

    /// The challenge's scopes, else the resource's own; with those had before at the same server, and what
    /// a refresh token needs.
    func scopes(_ resource: ResourceMetadata, _ issuer: IssuerMetadata) -> [String] {
        var scopes = challenge?.scopes ?? resource.scopes ?? []
        if let grant = memory.grant, grant.issuer == issuer.issuer {
            scopes = ScopeList.union(grant.scopes, scopes)
        }
        if !scopes.isEmpty, issuer.scopes?.contains("offline_access") == true {
            scopes = ScopeList.union(scopes, ["offline_access"])
        }
        return scopes
    }

    /// What we are known by at the plan's server; nil when we are not yet.
    func credentials(_ plan: Plan) -> ClientCredentials? {
        if var registered = identity.registered {
            registered.issuer = plan.issuer.issuer
            return registered
        }
        if plan.issuer.takesClientDocuments, let document = identity.document {
            return ClientCredentials(issuer: plan.issuer.issuer, id: document, method: .some(.none))
        }
        return memory.credentials(at: plan.issuer.issuer)
    }
}

extension AuthorisationMemory {
    /// What is remembered of a client id.
    fileprivate func credentials(ofID id: String) -> ClientCredentials? {
        credentials.first { $0.id == id }
    }
}
