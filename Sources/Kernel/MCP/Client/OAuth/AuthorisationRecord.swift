/// What is kept about the authorization of one server, as it was read at some moment.
public struct AuthorisationRecord: Sendable, Hashable {
    /// What is known.
    public var memory: AuthorisationMemory
    /// Which authorization it is: another one that is begun after an end has another word; nil for none.
    public var beginning: String?

    /// A record.
    public init(memory: AuthorisationMemory = AuthorisationMemory(), beginning: String? = nil) {
        self.memory = memory
        self.beginning = beginning
    }
}

extension AuthorisationMemory {
    /// This memory with what somebody changed who began with `before` and ended with `after`.
    ///
    /// Registrations are merged. Of tokens, those stay that others got meanwhile, unless `after` has those
    /// that a person has just agreed to.
    ///
    /// - Parameters:
    ///   - after: how it ended.
    ///   - before: how it began.
    ///   - isPersonal: whether a person agreed to the tokens of `after`.
    /// - Returns: the memory to keep.
    public func taking(
        _ after: AuthorisationMemory,
        over before: AuthorisationMemory,
        isPersonal: Bool = false
    ) -> AuthorisationMemory {
        var merged = self
        for known in before.credentials where !after.credentials.contains(known) {
            merged.credentials.removeAll { $0 == known }
        }
        for known in after.credentials where !before.credentials.contains(known) {
            merged.keep(known)
        }
        guard after.grant != before.grant else { return merged }
        // Whoever lost the race for a refresh token knows no better than whoever won it.
        if isPersonal || grant?.accessToken == before.grant?.accessToken {
            merged.grant = after.grant
        }
        return merged
    }
}
