import CSQLite
import Core

/// One SQLite connection with its prepared statements.
///
/// `@unchecked Sendable`: a connection is opened with SQLITE_OPEN_NOMUTEX and used by one thread at a
/// time; whoever holds it (the writer thread, or the pool's borrower) is that thread.
final class SQLiteConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private var uses = 0

    /// At most this many statements are kept prepared; the least recently used half goes when full.
    private static let cachedStatements = 256

    init(path: String, configuration: SQLiteConfiguration, readOnly: Bool) throws(StoreError) {
        var handle: OpaquePointer?
        let mode = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let result = sqlite3_open_v2(
            path,
            &handle,
            mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            nil
        )
        guard result == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw StoreError(
                result & 0xFF == SQLITE_NOTADB ? .corrupt : .cannotOpen,
                "\(path): \(message)",
                driverCode: result
            )
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, Int32(configuration.busyTimeout.microseconds / 1_000))
        _ = weft_sqlite3_db_config_flag(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        try run("PRAGMA foreign_keys = ON")
        try run("PRAGMA temp_store = MEMORY")
        try run(
            "PRAGMA cache_size = -\((readOnly ? configuration.readerCacheKiB : configuration.writerCacheKiB))"
        )
        if !readOnly {
            try run("PRAGMA journal_mode = WAL")
            try run("PRAGMA synchronous = \(configuration.synced ? "FULL" : "OFF")")
            try run("PRAGMA journal_size_limit = 67108864")
        }
    }

    deinit {
        for statement in statements.values {
            statement.finalize()
        }
        sqlite3_close_v2(handle)
    }

    /// Whether a transaction is open.
    var inTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs a statement for its effect.
    func run(_ sql: String) throws(StoreError) {
        let statement = try prepare(sql)
        defer { statement.reset() }
        while try step(statement) {}
    }

    func execute(_ sql: String, _ parameters: [SQLValue]) throws(StoreError) -> Int {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        while try step(statement) {}
        return Int(sqlite3_changes(handle))
    }

    func query<Value>(
        _ sql: String,
        _ parameters: [SQLValue],
        _ map: (any Row) throws -> Value
    ) throws -> [Value] {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        var values: [Value] = []
        let row = SQLiteRow(handle: statement.handle)
        while try step(statement) {
            values.append(try map(row))
        }
        return values
    }

    private func step(_ statement: SQLiteStatement) throws(StoreError) -> Bool {
        switch sqlite3_step(statement.handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    private func prepare(_ sql: String) throws(StoreError) -> SQLiteStatement {
        uses += 1
        if let statement = statements[sql], !statement.busy {
            statement.begin(use: uses)
            return statement
        }
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(
            handle,
            sql,
            -1,
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &pointer,
            nil
        )
        guard code == SQLITE_OK else { throw failure(code, sql: sql) }
        guard let pointer else { throw StoreError(.misuse, "an empty statement") }
        let statement = SQLiteStatement(handle: pointer)
        statement.begin(use: uses)
        if statements[sql] != nil {
            // The cached one is being stepped by an outer query: this one lives for one use.
            statement.transient = true
        } else {
            if statements.count >= Self.cachedStatements { evict() }
            statements[sql] = statement
        }
        return statement
    }

    private func evict() {
        let oldest = statements.filter { !$0.value.busy }.sorted {
            $0.value.lastUse < $1.value.lastUse
        }
        for (sql, statement) in oldest.prefix(Self.cachedStatements / 2) {
            statement.finalize()
            statements[sql] = nil
        }
    }

    func failure(_ code: Int32, sql: String? = nil) -> StoreError {
        var message = String(cString: sqlite3_errmsg(handle))
        if let sql { message += " in: " + sql }
        return StoreError(Self.reason(code), message, driverCode: code)
    }

    private static func reason(_ code: Int32) -> StoreError.Code {
        switch code {
        case weft_sqlite_constraint_unique, weft_sqlite_constraint_primary_key: return .duplicate
        default: break
        }
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy
        case SQLITE_FULL: return .full
        case SQLITE_CORRUPT, SQLITE_NOTADB: return .corrupt
        case SQLITE_READONLY, SQLITE_PERM: return .readOnly
        case SQLITE_CONSTRAINT: return .constraint
        case SQLITE_IOERR: return .io
        case SQLITE_CANTOPEN: return .cannotOpen
        default: return .misuse
        }
    }
}

/// One prepared statement.
final class SQLiteStatement {
    let handle: OpaquePointer
    private(set) var busy = false
    private(set) var lastUse = 0
    var transient = false

    init(handle: OpaquePointer) {
        self.handle = handle
    }

    func begin(use: Int) {
        busy = true
        lastUse = use
    }

    func reset() {
        if transient {
            finalize()
            return
        }
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        busy = false
    }

    func finalize() {
        sqlite3_finalize(handle)
    }

    func bind(_ parameters: [SQLValue]) throws(StoreError) {
        let expected = Int(sqlite3_bind_parameter_count(handle))
        guard parameters.count == expected else {
            throw StoreError(
                .misuse,
                "the statement takes \(expected) parameters, \(parameters.count) were given"
            )
        }
        for (offset, value) in parameters.enumerated() {
            let index = Int32(offset + 1)
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(handle, index)
            case .int(let number): code = sqlite3_bind_int64(handle, index, number)
            case .double(let number): code = sqlite3_bind_double(handle, index, number)
            case .text(var text):
                code = text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { chars in
                        weft_sqlite3_bind_text(
                            handle,
                            index,
                            chars.baseAddress ?? emptyText,
                            Int32(chars.count)
                        )
                    }
                }
            case .blob(let bytes):
                code = bytes.withUnsafeBytes {
                    weft_sqlite3_bind_blob(
                        handle,
                        index,
                        $0.baseAddress ?? emptyBlob,
                        Int32($0.count)
                    )
                }
            }
            guard code == SQLITE_OK else {
                throw StoreError(
                    code == SQLITE_TOOBIG ? .constraint : .misuse,
                    "parameter \(index): " + String(cString: sqlite3_errstr(code)),
                    driverCode: code
                )
            }
        }
    }
}

// A null pointer would bind NULL instead of an empty value.
nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
    let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    pointer.initialize(to: 0)
    return UnsafePointer(pointer)
}()
nonisolated(unsafe) private let emptyBlob = UnsafeRawPointer(emptyText)

/// The current row of a statement.
struct SQLiteRow: Row {
    let handle: OpaquePointer

    func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    func int(_ column: Int) throws(StoreError) -> Int64 {
        try demand(column, SQLITE_INTEGER, "an integer")
        return sqlite3_column_int64(handle, Int32(column))
    }

    func double(_ column: Int) throws(StoreError) -> Double {
        if sqlite3_column_type(handle, Int32(column)) != SQLITE_INTEGER {
            try demand(column, SQLITE_FLOAT, "a number")
        }
        return sqlite3_column_double(handle, Int32(column))
    }

    func text(_ column: Int) throws(StoreError) -> String {
        try demand(column, SQLITE_TEXT, "text")
        guard let pointer = sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: pointer, count: count), as: UTF8.self)
    }

    func blob(_ column: Int) throws(StoreError) -> [UInt8] {
        try demand(column, SQLITE_BLOB, "bytes")
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        guard count > 0, let pointer = sqlite3_column_blob(handle, Int32(column)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    private func demand(_ column: Int, _ type: Int32, _ expected: String) throws(StoreError) {
        guard sqlite3_column_type(handle, Int32(column)) != type else { return }
        let name = sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? "?"
        throw StoreError(.misuse, "column \(column) (\(name)) does not hold \(expected)")
    }
}
