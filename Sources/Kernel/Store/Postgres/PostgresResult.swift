import CPostgres
import Core

/// What a statement answered: rows, all of them, in the server's binary form.
///
/// `@unchecked Sendable`: a `PGresult` is a value of its own that nobody changes once it was received;
/// it lives as long as this.
final class PostgresResult: @unchecked Sendable {
    let handle: OpaquePointer
    /// The columns' types.
    let types: [Oid]

    init(_ handle: OpaquePointer) {
        self.handle = handle
        types = (0..<PQnfields(handle)).map { PQftype(handle, $0) }
    }

    deinit { PQclear(handle) }

    /// How many rows there are.
    var count: Int { Int(PQntuples(handle)) }

    /// How many rows a statement changed.
    var changed: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    /// What the server calls what it did, for instance `COMMIT`.
    var command: String { String(cString: PQcmdStatus(handle)) }

    /// Lends each row in order.
    func forEach(_ body: (any Row) throws -> Void) rethrows {
        for index in 0..<Int32(count) {
            try body(PostgresRow(result: self, index: index))
        }
    }
}
