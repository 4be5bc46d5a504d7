import Core
import HTTP
import Identity
import Platform

/// What stands before every request and what every answer carries, as configured.
struct Traffic {
    let sentry: TrafficGuard
    let headers: SecurityHeaders

    /// Nothing comes from anywhere but our own files, and nothing is inline.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        + "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    init(_ installation: Installation) throws(GeneralFault) {
        let configuration = installation.configuration
        func text(_ name: String) -> String { configuration.text(name) ?? "" }
        var settings = TrafficGuard.Configuration(
            plans: try UsagePlans(
                plans: text("limits.plans"),
                assignments: text("limits.assign")
            ),
            origins: try CrossOrigin(
                origins: text("cors.origins"),
                maxAgeSeconds: configuration.integer("cors.max-age")
            )
        )
        settings.anonymous = try RateBudget.read(text("limits.anonymous"))
        settings.files = try RateBudget.read(text("limits.files"))
        settings.failing = try RateBudget.read(text("limits.failing"))
        settings.clients = configuration.integer("limits.clients")
        settings.allowed = try AddressRange.list(text("screening.allow"))
        settings.denied = try AddressRange.list(text("screening.deny"))
        settings.screening = TrafficGuard.Screening(rawValue: text("screening.mode")) ?? .block
        let authenticator = installation.identity.authenticator
        sentry = TrafficGuard(
            settings,
            clock: installation.clock,
            metrics: installation.kernel.metrics
        ) { token in
            do {
                return try authenticator.cached(bearer: token) != nil
            } catch {
                return false
            }
        }
        headers = SecurityHeaders(
            policy: Self.policy,
            isSecure: text("server.url").lowercased().hasPrefix("https://")
        )
    }
}
