import CSQLite
import Core
import Glibc

/// One SQLite connection with its prepared statements.
///
/// `@unchecked Sendable`: a connection is opened with SQLITE_OPEN_NOMUTEX and used by one thread at a
/// time; whoever holds it (the writer thread, or the pool's borrower) is that thread.
final class SQLiteConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    /// The same by where their text lay: literals stay where they are, and need no hashing.
    private var byAddress: [UInt: SQLiteStatement] = [:]
    private var uses = 0
    /// Done once, before the first connection.
    private static let processSetUp: Void = { _ = weft_sqlite3_stop_counting_memory() }()

    /// At most this many statements are kept prepared; the least recently used half goes when full.
    private static let cachedStatements = 256

    init(path: String, configuration: SQLiteConfiguration, readOnly: Bool) throws(StoreError) {
        Self.processSetUp
        var handle: OpaquePointer?
        let mode = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let result = sqlite3_open_v2(
            path,
            &handle,
            mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            configuration.fileSystem
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
        // As in PostgreSQL and in the standard.
        try run("PRAGMA case_sensitive_like = ON")
        try run(
            "PRAGMA cache_size = -\((readOnly ? configuration.readerCacheKiB : configuration.writerCacheKiB))"
        )
        if !readOnly {
            try run("PRAGMA journal_mode = WAL")
            try run("PRAGMA synchronous = \(configuration.synced ? "FULL" : "OFF")")
            // What is removed is overwritten, whatever the library was built with.
            try run("PRAGMA secure_delete = ON")
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

    func forEach(
        _ sql: String,
        _ parameters: [SQLValue],
        _ body: (any Row) throws -> Void
    ) throws {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        let row = SQLiteRow(handle: statement.handle)
        while try step(statement) {
            try body(row)
        }
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
        let address = sql.utf8.withContiguousStorageIfAvailable { UInt(bitPattern: $0.baseAddress) }
        if let address, let statement = byAddress[address], !statement.busy, statement.isOf(sql) {
            statement.begin(use: uses)
            return statement
        }
        if let statement = statements[sql], !statement.busy {
            statement.begin(use: uses)
            remember(statement, at: address)
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
        let statement = SQLiteStatement(handle: pointer, sql: sql)
        statement.begin(use: uses)
        if statements[sql] != nil {
            // The cached one is being stepped by an outer query: this one lives for one use.
            statement.transient = true
        } else {
            if statements.count >= Self.cachedStatements { evict() }
            statements[sql] = statement
            remember(statement, at: address)
        }
        return statement
    }

    private func remember(_ statement: SQLiteStatement, at address: UInt?) {
        guard let address else { return }
        if byAddress.count >= Self.cachedStatements { byAddress = [:] }
        byAddress[address] = statement
    }

    private func evict() {
        byAddress = [:]
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

/// One prepared statement, with the room in which the values bound to it lie.
final class SQLiteStatement {
    let handle: OpaquePointer
    private let sql: [UInt8]
    private let expected: Int
    /// Texts and bytes that are bound: SQLite takes no copies, as they stay until the next use.
    private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 128, alignment: 1)
    private(set) var busy = false
    private(set) var lastUse = 0
    var transient = false

    init(handle: OpaquePointer, sql: String) {
        self.handle = handle
        self.sql = Array(sql.utf8)
        expected = Int(sqlite3_bind_parameter_count(handle))
    }

    deinit { room.deallocate() }

    /// Whether it was prepared from `text`.
    func isOf(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { text in
            guard let theirs = text.baseAddress, text.count == sql.count else { return false }
            return sql.withUnsafeBytes { mine in
                mine.baseAddress.map { memcmp($0, theirs, mine.count) == 0 } ?? false
            }
        } ?? false
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
        busy = false
    }

    func finalize() {
        sqlite3_finalize(handle)
    }

    func bind(_ parameters: [SQLValue]) throws(StoreError) {
        guard parameters.count == expected else {
            throw StoreError(
                .misuse,
                "the statement takes \(expected) parameters, \(parameters.count) were given"
            )
        }
        makeRoom(parameters.reduce(0) { $0 + Self.bytes($1) })
        var used = 0
        for (offset, value) in parameters.enumerated() {
            let index = Int32(offset + 1)
            let place = UnsafeMutableRawBufferPointer(rebasing: room[used...])
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(handle, index)
            case .int(let number): code = sqlite3_bind_int64(handle, index, number)
            case .double(let number): code = sqlite3_bind_double(handle, index, number)
            case .text(var text):
                let count = text.withUTF8 { bytes in
                    place.copyMemory(from: UnsafeRawBufferPointer(bytes))
                    return bytes.count
                }
                code = weft_sqlite3_bind_text(handle, index, place.baseAddress, count)
                used += count
            case .uuid(let high, let low):
                place.withMemoryRebound(to: UInt8.self) {
                    ID<Never>(high: high, low: low).write(to: $0)
                }
                code = weft_sqlite3_bind_text(handle, index, place.baseAddress, 36)
                used += 36
            case .blob(let bytes):
                place.copyBytes(from: bytes)
                code = weft_sqlite3_bind_blob(handle, index, place.baseAddress, bytes.count)
                used += bytes.count
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

    private static func bytes(_ value: SQLValue) -> Int {
        switch value {
        case .null, .int, .double: 0
        case .text(let text): text.utf8.count
        case .uuid: 36
        case .blob(let bytes): bytes.count
        }
    }

    /// One byte more than needed, so that even an empty value has an address: null would bind NULL.
    private func makeRoom(_ needed: Int) {
        // A large value is not held on to.
        guard needed >= room.count || room.count > 65_536 else { return }
        sqlite3_clear_bindings(handle)
        room.deallocate()
        room = .allocate(byteCount: max(128, needed + 1), alignment: 1)
    }
}

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

    func withText(_ column: Int, _ body: (Span<UInt8>) throws -> Void) throws {
        try demand(column, SQLITE_TEXT, "text")
        let pointer = sqlite3_column_text(handle, Int32(column))
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        // The bytes are SQLite's and stay as they are until the statement is stepped or reset.
        try body(Span(_unsafeElements: UnsafeBufferPointer(start: pointer, count: count)))
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
