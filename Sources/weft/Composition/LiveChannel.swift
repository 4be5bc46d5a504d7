import Core
import HTTP
import Identity
import Live
import Platform
import Store

/// The live channel, composed: the hub with everybody's topics, and its sockets' limits.
enum LiveChannel {
    /// The hub; from here on hints reach it, and revocations end its connections.
    static func hub(
        on kernel: Kernel,
        identity: IdentityAssembly,
        topics: [LiveTopic]
    ) -> LiveHub {
        let authenticator = identity.authenticator
        let hub = LiveHub(
            topics: PlatformTopics.all + topics,
            log: kernel.events,
            database: kernel.database,
            clock: kernel.clock,
            random: SystemRandom(),
            metrics: kernel.metrics,
            logger: kernel.logger
        ) { token in
            let found = try await authenticator.credential(bearer: token)
            return LivePrincipal(
                organisation: found.organisation,
                actor: found.actor,
                roles: found.roles,
                session: found.session?.description,
                maker: found.maker,
                expiresAt: found.expiresAt
            )
        }
        authenticator.onRevocation { revocation in
            switch revocation {
            case .account(let account): hub.revoke(.account(account))
            case .session(let session): hub.revoke(.session(session.description))
            case .sessions: hub.revoke(.sessions)
            }
        }
        identity.audit.onAppend { hub.hint("audit", organisation: $0) }
        kernel.live.bind(hub)
        return hub
    }

    /// The sockets' limits, and the origins whose pages may connect.
    static func options(_ configuration: Configuration) -> WebSocketOptions {
        var options = WebSocketOptions()
        if let url = configuration.text("server.url") { options.origins.append(origin(of: url)) }
        return options
    }

    /// Scheme, host and port of an address: what browsers send as `Origin`.
    private static func origin(of url: String) -> String {
        let parts = url.lowercased().split(
            separator: "/",
            maxSplits: 3,
            omittingEmptySubsequences: false
        )
        return parts.prefix(3).joined(separator: "/")
    }
}
