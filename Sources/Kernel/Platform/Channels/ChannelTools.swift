public import Agents
import Channels
import Core
import HTTP
public import Identity
import Store

/// Commands and queries about webhooks, channels, preferences, escalations and the words of messages.
public struct ChannelTools: Sendable {
    let kernel: Kernel
    let observation: ObservationTools?
    let audit: AuditLog

    /// The tools over a kernel; `observation` keeps the alarms that incidents are about, `audit` who
    /// changed where messages go and what they say.
    public init(kernel: Kernel, observation: ObservationTools? = nil, audit: AuditLog) {
        self.kernel = kernel
        self.observation = observation
        self.audit = audit
    }

    /// Whoever is signed in as a person of the organisation; their own affairs only.
    static let everybody: Set<Role> = [
        .admin, .manager, .planner, .operator, .technician, .loader, .deskAgent, .supervisor,
        .viewer, .customer,
    ]
    static let admins: Set<Role> = [.admin]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try webhooks() + webhookDeliveries() + targets() + preferences() + push() + deliveries()
            + escalations() + templates()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] =
        webhookRoutes + targetRoutes + personalRoutes + escalationRoutes + templateRoutes
}
