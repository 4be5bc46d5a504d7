import Core

/// Codes and refresh tokens for access tokens.
extension Authorisation {
    mutating func returned(
        _ visit: AuthorisationVisit,
        _ answer: AuthorisationReturn
    ) -> Action {
        guard answer.state == visit.state else {
            return fail(
                .foreignReturn,
                "the answer belongs to no authorization that was begun here"
            )
        }
        // RFC 9207 section 2.4: as text, without any normalising, before anything else is believed.
        switch answer.issuer {
        case visit.issuer?: break
        case nil where !visit.namesItself: break
        case nil: return fail(.issuerMismatch, "the answer does not say who gives it")
        case .some: return fail(.issuerMismatch, "the answer comes from another issuer")
        }
        if let error = answer.error {
            return fail(.refused, "\(visit.issuer) refused: \(Self.plain(error))")
        }
        guard let code = answer.code, (1...4_096).contains(code.utf8.count) else {
            return fail(.foreignReturn, "the answer has no code")
        }
        state = .exchanging(visit)
        return .ask(
            .token(
                visit.tokenEndpoint,
                [
                    ("grant_type", "authorization_code"), ("code", code),
                    ("redirect_uri", visit.redirectURI), ("code_verifier", visit.verifier),
                    ("resource", visit.resource),
                ],
                visit.credentials,
                visit.authenticationMethods
            )
        )
    }

    mutating func exchanged(
        _ visit: AuthorisationVisit,
        _ status: Int,
        _ body: [UInt8]
    ) -> Action {
        guard status == 200 else {
            if Self.error(body) == "invalid_client", visit.credentials.isDynamic {
                memory.credentials.removeAll { $0.issuer == visit.issuer }
            }
            return fail(
                .refused,
                "\(visit.issuer) refused the code it had given (status \(status)"
                    + Self.told(body) + ")"
            )
        }
        do throws(AuthorisationFault) {
            if !visit.credentials.isDynamic, identity.registered != nil {
                // Remembered without its secret: where the id belongs.
                memory.keep(ClientCredentials(issuer: visit.issuer, id: visit.credentials.id))
            }
            memory.grant = try grant(
                body,
                issuer: visit.issuer,
                resource: visit.resource,
                asked: visit.scopes,
                refreshToken: nil
            )
        } catch {
            return fail(error)
        }
        state = .ended
        return .granted(memory)
    }

    mutating func refreshed(
        _ plan: Plan,
        _ old: AccessGrant,
        _ status: Int,
        _ body: [UInt8]
    ) -> Action {
        guard status == 200 else {
            guard (400..<500).contains(status) else {
                return fail(.unreachable, "asked for a new token it answers \(status)")
            }
            // The token is spent or taken back: only a person helps now.
            memory.grant?.refreshToken = nil
            if Self.error(body) == "invalid_client" {
                memory.credentials.removeAll { $0.issuer == plan.issuer.issuer && $0.isDynamic }
            }
            return enter(plan)
        }
        do throws(AuthorisationFault) {
            memory.grant = try grant(
                body,
                issuer: old.issuer,
                resource: old.resource,
                asked: old.scopes,
                refreshToken: old.refreshToken
            )
        } catch {
            return fail(error)
        }
        state = .ended
        return .granted(memory)
    }

    /// RFC 6749 section 5.1.
    func grant(
        _ body: [UInt8],
        issuer: String,
        resource: String,
        asked: [String],
        refreshToken: String?
    ) throws(AuthorisationFault) -> AccessGrant {
        let json = try OAuthDocument.read(body, "the token")
        guard let token = json["access_token"]?.string, (1...32_768).contains(token.utf8.count),
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            json["token_type"]?.string?.lowercased() == "bearer"
        else { throw AuthorisationFault(.badMetadata, "\(issuer) gave no bearer token") }
        let seconds = json["expires_in"]?.double.map { min(max($0, 0), 10 * 365 * 86_400) }
        let given = json["scope"]?.string.map(ScopeList.read) ?? []
        return AccessGrant(
            issuer: issuer,
            resource: resource,
            accessToken: token,
            refreshToken: json["refresh_token"]?.string ?? refreshToken,
            expiresAt: seconds.map { now + .seconds($0) },
            scopes: ScopeList.union(asked, given)
        )
    }
}
