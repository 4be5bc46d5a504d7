/// A dated revision of the Model Context Protocol.
public enum ProtocolRevision: String, Sendable, CaseIterable, Comparable {
    /// The first one with streamable HTTP.
    case march2025 = "2025-03-26"
    /// Structured output, and the header field that names the revision.
    case june2025 = "2025-06-18"
    /// The last one with sessions and a handshake.
    case november2025 = "2025-11-25"
    /// The first one without state: every request says what it needs.
    case july2026 = "2026-07-28"

    /// The newest.
    public static let newest: ProtocolRevision = .july2026
    /// The newest of those that begin with a handshake.
    public static let newestStateful: ProtocolRevision = .november2025
    /// The names of all, the newest first.
    public static let names: [String] = allCases.reversed().map(\.rawValue)

    /// Whether requests stand for themselves, without a handshake and a session.
    public var isStateless: Bool { self >= .july2026 }
    /// Whether tools have output schemas and structured results.
    public var hasStructuredOutput: Bool { self >= .june2025 }

    /// By date.
    public static func < (left: ProtocolRevision, right: ProtocolRevision) -> Bool {
        left.rawValue < right.rawValue
    }
}
