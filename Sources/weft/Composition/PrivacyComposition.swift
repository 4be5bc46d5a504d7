import Agents
import Channels
import Core
import Events
import Identity
import Platform
import Privacy
import Store
import Vault

/// The room of privacy, composed: the keys, what is personal, and who holds what.
enum PrivacyComposition {
    /// Sealing of what the solutions declare.
    static func privacy(
        _ solutions: [any Solution],
        folder: DataFolder,
        clock: any WallClock,
        ids: IDGenerator
    ) throws -> Privacy {
        let fields = solutions.flatMap(\.personalData)
        let kinds = Set(fields.flatMap(\.kinds))
        return Privacy(
            keys: PersonKeys(
                vault: try Vault.loadOrCreate(folder: folder.keys),
                clock: clock,
                ids: ids
            ),
            fields: fields + FactStore.personalData(of: kinds)
        )
    }

    /// The log, whose events are opened where they go to people.
    static func events(_ database: any Database, _ privacy: Privacy) -> EventLog {
        EventLog(database: database) { event, reader in
            guard Privacy.mayHoldSealed(event.data) else { return event }
            var event = event
            let data = try JSON(parsing: event.data)
            event.data = try privacy.open(data, of: event.organisation, in: reader).text()
            return event
        }
    }

    /// Who holds what of persons: the kernel's rooms, and what solutions bring.
    static func register(
        _ kernel: Kernel,
        _ identity: IdentityAssembly,
        _ solutions: [any PersonHolder]
    ) -> PersonRegister {
        let rooms: [any PersonHolder] = [
            OutboxPersonHolder(privacy: kernel.privacy), KeptAnswers(),
        ]
        return PersonRegister(
            privacy: kernel.privacy,
            holders: rooms + solutions,
            audit: identity.audit,
            events: kernel.events,
            database: kernel.database,
            clock: kernel.clock,
            ids: kernel.ids
        )
    }
}
