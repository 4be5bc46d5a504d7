import CPostgres
import Core
import Synchronization

/// What libpq connects to, checked.
struct PostgresAddress: Sendable {
    /// What a connection is for.
    enum Purpose {
        /// Changes records: needs a server that takes changes.
        case writing
        /// Reads the latest state: needs a primary.
        case reading
        /// Reads a state that may be older: any server will do.
        case replica
    }

    private let conninfo: String
    private let options: String
    private let configuration: PostgresConfiguration
    /// Counts the connections that are made with it.
    let counter: PostgresCounter

    /// Checks a connection string.
    ///
    /// - Throws: `StoreError` of code `cannotOpen` that repeats nothing of the string, which may hold a
    ///   password.
    init(
        _ conninfo: String,
        _ configuration: PostgresConfiguration,
        _ counter: PostgresCounter
    ) throws(StoreError) {
        guard conninfo.utf8.count <= 4_096, !conninfo.utf8.contains(0) else {
            throw StoreError(.cannotOpen, "the address of the database is no connection string")
        }
        guard let parsed = PQconninfoParse(conninfo, nil) else {
            throw StoreError(
                .cannotOpen,
                "the address of the database is no connection string; expected is "
                    + "postgres://user@host:5432/name?sslmode=verify-full, or host=… dbname=…"
            )
        }
        defer { PQconninfoFree(parsed) }
        var options = ""
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, String(cString: keyword) == "options" {
                options = String(cString: value) + " "
            }
            option += 1
        }
        self.conninfo = conninfo
        self.options = options
        self.configuration = configuration
        self.counter = counter
    }

    /// Keywords and values for libpq; later ones win.
    func parameters(for purpose: Purpose) -> [(keyword: String, value: String)] {
        var settings = options
        func set(_ name: String, _ value: String) { settings += "-c \(name)=\(value) " }
        let statement = configuration.statementTimeout.microseconds / 1_000
        set("statement_timeout", "\(statement)")
        set("lock_timeout", "\(configuration.lockTimeout.microseconds / 1_000)")
        // Whoever holds the writers' lock and went silent must not hold up the others for ever.
        set("idle_in_transaction_session_timeout", "\(statement * 2)")
        set("client_min_messages", "error")
        set("extra_float_digits", "1")
        if purpose != .writing { set("default_transaction_read_only", "on") }
        let target: String
        switch purpose {
        case .writing: target = "read-write"
        case .reading: target = "primary"
        case .replica: target = "any"
        }
        return [
            // What a connection string may say otherwise.
            ("connect_timeout", "\(max(2, configuration.connectTimeout.microseconds / 1_000_000))"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
            ("fallback_application_name", configuration.applicationName),
            ("dbname", conninfo),
            // What it may not.
            ("client_encoding", "UTF8"), ("target_session_attrs", target), ("options", settings),
        ]
    }

    /// Calls `body` with the arrays that `PQconnectdbParams` takes.
    func withParameters<Result>(
        for purpose: Purpose,
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>
        ) -> Result
    ) -> Result {
        let all = parameters(for: purpose)
        let keywords = all.map { Array($0.keyword.utf8CString) }
        let values = all.map { Array($0.value.utf8CString) }
        return Self.pointers(to: keywords) { keywords in
            Self.pointers(to: values) { values in body(keywords, values) }
        }
    }

    private static func pointers<Result>(
        to texts: [[CChar]],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let room = UnsafeMutableBufferPointer<CChar>.allocate(
            capacity: texts.reduce(1) { $0 + $1.count }
        )
        let list = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: texts.count + 1)
        defer {
            room.deallocate()
            list.deallocate()
        }
        var used = 0
        for (index, text) in texts.enumerated() {
            for (offset, byte) in text.enumerated() { room[used + offset] = byte }
            (list + index).initialize(to: room.baseAddress.map { UnsafePointer($0 + used) })
            used += text.count
        }
        (list + texts.count).initialize(to: nil)
        return body(list)
    }
}
