import CPostgres
import Core

/// What a server, or the way to it, refused, and what can be done about it.
struct PostgresFailure: Error {
    /// SQLSTATE: five characters, empty when the failure is not the server's.
    var state: String
    /// What failed.
    var message: String
    /// Whether the connection is of no more use.
    var isLost: Bool
    /// Whether statements were sent after the one that failed, before it was known.
    var isLate = false

    /// The connection is gone.
    static func lost(_ message: String) -> PostgresFailure {
        PostgresFailure(state: "", message: message, isLost: true)
    }

    init(state: String, message: String, isLost: Bool) {
        self.state = state
        self.message = message
        self.isLost = isLost
    }

    /// The failure that a result tells of.
    init(_ result: PostgresResult) {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result.handle, code).map { String(cString: $0) }
        }
        state = field(weft_pq_sqlstate) ?? ""
        message =
            field(weft_pq_message)
            ?? PQresultErrorMessage(result.handle).map { String(cString: $0).trimmed } ?? ""
        if let detail = field(weft_pq_detail) { message += ": " + detail }
        let severity = field(weft_pq_severity)
        // 25006: what was the primary is a standby now, or takes no changes.
        isLost = severity == "FATAL" || severity == "PANIC" || state.isEmpty
    }

    /// Whether running the same again may well succeed: serialization failures and deadlocks, locks that
    /// were waited for too long, a server that does not take changes any more.
    var isPassing: Bool {
        switch state {
        case "40001", "40P01", "55P03", "25006", "57P05": true
        default: isLost
        }
    }

    /// Whether another connection is needed, as this one is lost or leads to the wrong server.
    var needsConnection: Bool { isLost || state == "25006" }

    /// Whether the server does not know a prepared statement any more, or has another idea of its result.
    var needsPreparing: Bool {
        state == "26000" || (state == "0A000" && message.contains("cached plan"))
    }

    /// As callers of the store see it.
    var storeError: StoreError {
        let reason: StoreError.Code =
            switch state {
            case "23505", "23P01": .duplicate
            case "40001", "40P01", "55P03", "55006": .busy
            case "53100", "53200", "53400", "54000": .full
            case "57014": .timeout
            case "25006": .unavailable
            case "28000", "28P01", "3D000", "3F000": .cannotOpen
            case "XX001", "XX002": .corrupt
            case "58030": .io
            default:
                if state.hasPrefix("23") || state.hasPrefix("22") {
                    // 22001, 22003 and their like: a value that the column cannot hold.
                    state.hasPrefix("23") || state == "22003" ? .constraint : .misuse
                } else {
                    isLost || state.hasPrefix("53") || state.hasPrefix("57")
                        ? .unavailable : .misuse
                }
            }
        return StoreError(reason, message, sqlState: state.isEmpty ? nil : state)
    }
}

extension String {
    /// Without spaces and line ends around it.
    fileprivate var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        guard let first = firstIndex(where: { !isSpace($0) }),
            let last = lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[first...last])
    }
}
