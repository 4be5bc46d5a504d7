/// The names of notifications.
public enum NotificationName {
    /// The client has taken the answer to `initialize`.
    public static let initialized = "notifications/initialized"
    /// A request is no longer wanted.
    public static let cancelled = "notifications/cancelled"
    /// How far a request has come.
    public static let progress = "notifications/progress"
    /// A line of the log.
    public static let message = "notifications/message"
    /// The list of tools is another.
    public static let toolsChanged = "notifications/tools/list_changed"
    /// The list of resources is another.
    public static let resourcesChanged = "notifications/resources/list_changed"
    /// The list of prompts is another.
    public static let promptsChanged = "notifications/prompts/list_changed"
    /// A resource has changed.
    public static let resourceUpdated = "notifications/resources/updated"
    /// What a stream of changes will hold, since 2026-07-28.
    public static let acknowledged = "notifications/subscriptions/acknowledged"
    /// The client's folders are others, until 2025-11-25.
    public static let rootsChanged = "notifications/roots/list_changed"
}
