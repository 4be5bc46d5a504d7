import Core
import Observability
import Store

extension ObservationTools {
    /// What acknowledges the alarm that an incident is about, within the caller's transaction.
    ///
    /// - Parameters:
    ///   - key: the incident.
    ///   - note: what was said to it.
    ///   - scope: who, in which organisation.
    /// - Returns: nil when the incident is about no alarm that there is.
    /// - Throws: `StoreError`.
    func acknowledging(
        incident key: String,
        note: String?,
        scope: Scope
    ) async throws -> (@Sendable (any Transaction) throws -> Void)? {
        guard key.hasPrefix("alarm:"), let id = ID<Alarm>(key.dropFirst(6)) else { return nil }
        do {
            let commit = try await alarms.acknowledging(
                id,
                note: note,
                viewer: try await operators.viewer(scope),
                scope: scope
            )
            return { _ = try commit($0) }
        } catch let fault as GeneralFault where fault.kind == .notFound {
            return nil
        }
    }
}
