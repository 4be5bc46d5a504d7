import CPostgres
import Core

/// One row of a result.
struct PostgresRow: Row {
    let result: PostgresResult
    let index: Int32

    /// The server's numbers for types, from its catalogue `pg_type`.
    private enum Kind {
        static let bool: Oid = 16
        static let bytes: Oid = 17
        static let int8: Oid = 20
        static let int2: Oid = 21
        static let int4: Oid = 23
        static let text: Set<Oid> = [18, 19, 25, 705, 1042, 1043]
        static let float4: Oid = 700
        static let float8: Oid = 701
        static let numeric: Oid = 1700
        static let xid8: Oid = 5069
    }

    func isNull(_ column: Int) -> Bool {
        column >= result.types.count || PQgetisnull(result.handle, index, Int32(column)) == 1
    }

    func int(_ column: Int) throws(StoreError) -> Int64 {
        let bytes = try bytes(column, "an integer")
        switch result.types[column] {
        case Kind.int8, Kind.xid8: return Int64(bitPattern: Self.big(bytes))
        case Kind.int4: return Int64(Int32(truncatingIfNeeded: Self.big(bytes)))
        case Kind.int2: return Int64(Int16(truncatingIfNeeded: Self.big(bytes)))
        case Kind.bool: return Int64(bytes[0])
        case Kind.numeric:
            guard let number = PostgresNumeric(bytes)?.integer else {
                throw wrong(column, "an integer")
            }
            return number
        default: throw wrong(column, "an integer")
        }
    }

    func double(_ column: Int) throws(StoreError) -> Double {
        let bytes = try bytes(column, "a number")
        switch result.types[column] {
        case Kind.float8: return Double(bitPattern: Self.big(bytes))
        case Kind.float4: return Double(Float(bitPattern: UInt32(Self.big(bytes))))
        case Kind.numeric:
            guard let number = PostgresNumeric(bytes)?.double else {
                throw wrong(column, "a number")
            }
            return number
        default: return Double(try int(column))
        }
    }

    func text(_ column: Int) throws(StoreError) -> String {
        let bytes = try textBytes(column)
        if let restored = PostgresText.restored(bytes) {
            return String(decoding: restored, as: UTF8.self)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func withText(_ column: Int, _ body: (Span<UInt8>) throws -> Void) throws {
        let bytes = try textBytes(column)
        if let restored = PostgresText.restored(bytes) {
            try body(restored.span)
        } else {
            // The bytes are the result's, which this row keeps.
            try body(Span(_unsafeElements: bytes))
        }
    }

    func blob(_ column: Int) throws(StoreError) -> [UInt8] {
        let bytes = try bytes(column, "bytes")
        guard result.types[column] == Kind.bytes else { throw wrong(column, "bytes") }
        return Array(bytes)
    }

    private func textBytes(_ column: Int) throws(StoreError) -> UnsafeBufferPointer<UInt8> {
        let bytes = try bytes(column, "text")
        guard Kind.text.contains(result.types[column]) else { throw wrong(column, "text") }
        return bytes
    }

    private func bytes(
        _ column: Int,
        _ wanted: String
    ) throws(StoreError) -> UnsafeBufferPointer<UInt8> {
        guard column < result.types.count else {
            throw StoreError(.misuse, "the result has no column \(column)")
        }
        guard PQgetisnull(result.handle, index, Int32(column)) == 0,
            let pointer = PQgetvalue(result.handle, index, Int32(column))
        else { throw StoreError(.misuse, "column \(column) is NULL, expected \(wanted)") }
        let count = Int(PQgetlength(result.handle, index, Int32(column)))
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self),
            count: count
        )
    }

    private func wrong(_ column: Int, _ wanted: String) -> StoreError {
        StoreError(
            .misuse,
            "column \(column) is of type \(result.types[column]), expected \(wanted)"
        )
    }

    /// At most eight bytes, the highest first; the sign of shorter numbers is the caller's.
    private static func big(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
