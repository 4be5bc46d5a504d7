import Core
import Foundation
import Store
import StoreTesting
import Synchronization
import Testing
import Vault

@testable import Identity

/// A store with one organisation, one person in it, and a clock that stands still.
struct IdentityWorld {
    static let start = Timestamp(microseconds: 1_763_640_000_000_000)
    static let password = Secret("correct horse battery")

    let folder: ScratchFolder
    let database: any Database
    let clock = ManualClock(now: start)
    let key: SigningKey
    let letters = Letters()
    let parts: IdentityAssembly
    let trace = TraceContext(random: SeededRandom(seed: 1))
    let organisation: OrganisationRecord
    let person: AccountRecord

    init(
        configuration: SignInConfiguration = SignInConfiguration(),
        web: (any WebClient)? = nil,
        providers: [ProviderConfiguration] = [],
        keys: String? = nil
    ) async throws {
        folder = try ScratchFolder()
        database = try TestDatabase(path: folder.path + "/weft.db")
        try await database.migrate(IdentityTables.migrations)
        key = try SigningKey.generate()
        let ring =
            if let keys {
                try KeyRing(folder: keys, clock: clock)
            } else {
                KeyRing(key, clock: clock)
            }
        let parts = IdentityAssembly(
            database: database,
            keys: ring,
            vault: try Vault(key: [UInt8](repeating: 7, count: 32)),
            mailer: letters,
            web: web,
            providers: providers,
            clock: clock,
            random: SeededRandom(seed: 7),
            configuration: configuration
        )
        self.parts = parts
        let hash = try await parts.passwords.hash(Self.password)
        let root = Scope.installation(trace: trace)
        (organisation, person) = try await database.transaction { transaction in
            let made = try parts.accounts.createOrganisation(
                name: "Northwind",
                scope: root,
                in: transaction
            )
            let person = try parts.accounts.createPerson(
                email: EmailAddress("ada@example.org"),
                name: "Ada",
                password: hash,
                roles: [.admin, .planner],
                scope: try root.entering(made.id),
                in: transaction
            )
            return (made, person)
        }
    }

    var root: Scope { .installation(trace: trace) }

    /// The installation's admin within the organisation.
    func admin(of organisation: ID<Organisation>? = nil) throws -> Scope {
        try root.entering(organisation ?? self.organisation.id)
    }

    /// The person's own scope.
    var ada: Scope {
        Scope(
            organisation: organisation.id,
            actor: person.actor,
            roles: person.roles,
            trace: trace
        )
    }

    func signIn(
        email: String = "ada@example.org",
        password: Secret = IdentityWorld.password,
        code: String? = nil,
        organisation: ID<Organisation>? = nil,
        address: String = "192.0.2.1"
    ) async throws -> SignedIn {
        try await parts.signIn.token(
            email: email,
            password: password,
            code: code,
            organisation: organisation,
            visitor: visitor(address)
        )
    }

    func visitor(_ address: String = "192.0.2.1") -> Visitor {
        Visitor(address: address, userAgent: "Test/1", trace: trace)
    }

    func refresh(_ token: Secret) async throws -> SignedIn {
        try await parts.signIn.refresh(token, visitor: visitor())
    }

    func authenticate(_ token: Secret) async throws -> Scope {
        try await parts.authenticator.authenticate(bearer: token.exposed, trace: trace)
    }

    func addOrganisation(_ name: String) async throws -> OrganisationRecord {
        try await database.transaction { [parts, root] in
            try parts.accounts.createOrganisation(name: name, scope: root, in: $0)
        }
    }

    func addPerson(
        _ email: String,
        in organisation: ID<Organisation>,
        roles: Set<Role> = [.viewer]
    ) async throws -> AccountRecord {
        let scope = try admin(of: organisation)
        return try await database.transaction { [parts] in
            try parts.accounts.createPerson(
                email: EmailAddress(email),
                name: email,
                password: nil,
                roles: roles,
                scope: scope,
                in: $0
            )
        }
    }
}

/// Letters that would have been sent.
final class Letters: IdentityMailer {
    private let kept = Mutex<[IdentityMail]>([])

    var isConfigured: Bool { true }
    var all: [IdentityMail] { kept.withLock { $0 } }

    func send(_ mail: IdentityMail, scope: Scope, in transaction: any Transaction) {
        transaction.afterCommit { [self] in kept.withLock { $0.append(mail) } }
    }
}

/// The code of the identity error that the body throws, nil when it throws none.
func reason(_ body: () async throws -> some Any) async -> IdentityError.Code? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? IdentityError)?.reason
    }
}
