import Core
import Models
import Observability
import Platform
import Vault

/// Models, composed.
enum ModelServices {
    /// Everything about models.
    static func room(
        _ kernel: Kernel,
        folder: DataFolder,
        random: any RandomSource,
        tracer: Tracer
    ) throws -> ModelRoom {
        ModelRoom(
            database: kernel.database,
            events: kernel.events,
            vault: try Vault.loadOrCreate(folder: folder.keys),
            client: kernel.webClient,
            clock: kernel.clock,
            random: random,
            ids: kernel.ids,
            allowsPrivate: kernel.configuration.flag("models.private-providers"),
            metrics: kernel.metrics,
            logger: kernel.logger,
            tracer: tracer
        )
    }
}
