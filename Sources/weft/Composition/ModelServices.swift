import Core
import Identity
import Models
import Observability
import Platform
import Search
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

    /// What makes the search's vectors: a model when one is configured and there, words otherwise.
    static func embedder(
        _ room: ModelRoom,
        _ kernel: Kernel,
        random: any RandomSource
    ) async throws -> any Embedder {
        guard let name = kernel.configuration.text("search.model"), !name.isEmpty else {
            return LexicalEmbedder()
        }
        let organisations = try await kernel.accounts.organisations(
            scope: .installation(trace: TraceContext(random: SystemRandom()))
        ).filter { $0.id != .system }
        do {
            guard let only = organisations.first, organisations.count == 1 else {
                throw GeneralFault(
                    .invalid,
                    code: "no-embedder",
                    "search.model is for installations with one organisation"
                )
            }
            return try await ModelEmbedder(
                name,
                of: only.id,
                room: room,
                database: kernel.database,
                random: random
            )
        } catch let fault as GeneralFault {
            // The model may be about to be added.
            kernel.logger.warning("search by words alone", ["reason": .string(fault.message)])
            return LexicalEmbedder()
        }
    }
}
