import Core
import Foundation
import Store
import StoreTesting
import Vault

@testable import Privacy

/// A store with persons' keys, and what is declared personal in it.
final class PrivacyWorld: Sendable {
    static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    static let customer = DataSubject("customer", ID<PrivacyWorld>(high: 3, low: 3))
    static let fields: [PersonalData] = [
        PersonalData(
            [
                PersonalField("customer.name", at: "/customer/name"),
                PersonalField("order.place", at: "/stops/*/place") { _ in ["latitude": 52.5] },
                PersonalField("order.age", at: "/age") { _ in 0 },
            ],
            in: [.output("fetch"), .decision("clerk")],
            of: "customer",
            at: "/customer/id"
        ),
        PersonalData(
            [PersonalField("order.reason", at: "/reason")],
            in: [.event("order.*")],
            of: "customer",
            at: "/customerId"
        ),
    ]

    let database: TestDatabase
    let privacy: Privacy
    let clock = ManualClock(now: Timestamp(microseconds: 1_000_000))
    private let folder: String
    private let vault: Vault

    init(vaultKey: [UInt8] = Array(0..<32)) async throws {
        folder = NSTemporaryDirectory() + "weft-privacy-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = try TestDatabase(path: folder + "/weft.db")
        vault = try Vault(key: vaultKey)
        privacy = Self.privacy(vault, clock)
        try await database.migrate(PersonKeys.migrations)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func privacy(_ vault: Vault, _ clock: ManualClock) -> Privacy {
        Privacy(
            keys: PersonKeys(
                vault: vault,
                clock: clock,
                ids: IDGenerator(clock: clock, random: SystemRandom())
            ),
            fields: fields
        )
    }

    /// What another process on the same store would work with.
    func another() -> Privacy { Self.privacy(vault, clock) }

    func scope(_ organisation: ID<Organisation> = organisation) -> Scope {
        Scope(
            organisation: organisation,
            actor: Actor(id: ID(high: 2, low: 2), kind: .person, name: "Admin"),
            roles: ["admin"],
            trace: TraceContext(random: SeededRandom(seed: 1))
        )
    }

    func seal(
        _ json: JSON,
        _ place: PersonalData.Place,
        of organisation: ID<Organisation> = organisation,
        by privacy: Privacy? = nil
    ) async throws -> JSON {
        let privacy = privacy ?? self.privacy
        return try await database.transaction {
            try privacy.seal(json, at: place, of: organisation, in: $0)
        }
    }

    func open(
        _ json: JSON,
        of organisation: ID<Organisation> = organisation,
        by privacy: Privacy? = nil
    ) async throws -> JSON {
        let privacy = privacy ?? self.privacy
        return try await database.read { try privacy.open(json, of: organisation, in: $0) }
    }

    func text(_ text: String, _ field: String = "order.reason") async throws -> String {
        try await database.transaction { [privacy] in
            try privacy.seal(text, as: field, of: Self.customer, Self.organisation, in: $0)
        }
    }

    @discardableResult
    func erase(_ organisation: ID<Organisation> = organisation, by privacy: Privacy? = nil)
        async throws -> PersonKeys.Record
    {
        let privacy = privacy ?? self.privacy
        let scope = scope(organisation)
        return try await database.transaction {
            try privacy.keys.erase(Self.customer, scope: scope, in: $0)
        }
    }
}
