/// How grave a log message of the protocol is (RFC 5424, section 6.2.1), the least first.
public enum LogSeverity: String, Sendable, CaseIterable, Comparable {
    /// For who looks for a mistake.
    case debug
    /// What goes on.
    case info
    /// Normal, but worth a look.
    case notice
    /// Something may be wrong.
    case warning
    /// Something failed.
    case error
    /// Something important failed.
    case critical
    /// Somebody must act at once.
    case alert
    /// Nothing works.
    case emergency

    /// By gravity.
    public static func < (left: LogSeverity, right: LogSeverity) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
