public import Core
public import Identity
public import Observability
import Synchronization

/// Knows which organisation operates the installation, and so sees what belongs to none.
///
/// It is the one that `observability.operator` names; without that the only organisation there is;
/// with several and no name, none: then nobody but `system` itself sees the installation's own lines,
/// so that no tenant learns of another.
public final class InstallationOperator: Sendable {
    private struct Known {
        var organisations: [OrganisationRecord]
        var until: Timestamp
    }

    /// Organisations come seldom; a new one takes away the sole one's view after this long at most.
    private static let freshness = Duration.seconds(5)

    private let accounts: Accounts
    private let name: String?
    private let clock: any WallClock
    private let random: any RandomSource
    private let known = Mutex<Known?>(nil)

    /// An operator.
    ///
    /// - Parameters:
    ///   - name: what was configured; nil for the sole organisation.
    ///   - accounts: the organisations.
    ///   - clock: for how long what is known is good.
    ///   - random: for traces.
    public init(
        named name: String?,
        accounts: Accounts,
        clock: any WallClock,
        random: any RandomSource
    ) {
        self.name = name
        self.accounts = accounts
        self.clock = clock
        self.random = random
    }

    /// Every organisation but `system`, and the one that operates the installation.
    ///
    /// - Throws: `StoreError`.
    public func organisations() async throws -> (
        all: [ID<Organisation>], operator: ID<Organisation>?
    ) {
        let records = try await records()
        let chosen = name.map { name in records.filter { $0.name == name } } ?? records
        return (records.map(\.id), chosen.count == 1 ? chosen.first?.id : nil)
    }

    /// What a scope's organisation may see.
    ///
    /// - Throws: `StoreError`.
    public func viewer(_ scope: Scope) async throws -> Viewer {
        let operates = try await organisations().operator == scope.organisation
        return Viewer(scope.organisation, operates: operates || scope.organisation == .system)
    }

    /// A scope for what the installation does by itself in an organisation.
    ///
    /// - Throws: `IdentityError`.
    public func scope(in organisation: ID<Organisation>) throws -> Scope {
        try Scope.installation(trace: TraceContext(random: AnySource(base: random)))
            .entering(organisation)
    }

    private func records() async throws -> [OrganisationRecord] {
        let now = clock.now()
        if let known = known.withLock({ $0 }), now < known.until { return known.organisations }
        let scope = Scope.installation(trace: TraceContext(random: AnySource(base: random)))
        let found = try await accounts.organisations(scope: scope).filter { $0.id != .system }
        known.withLock { $0 = Known(organisations: found, until: now + Self.freshness) }
        return found
    }
}

/// `TraceContext` wants a concrete source.
private struct AnySource: RandomSource {
    let base: any RandomSource
    func next() -> UInt64 { base.next() }
}
