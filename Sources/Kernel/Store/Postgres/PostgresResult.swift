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

/// A `numeric`, as sums of whole numbers come: base 10,000, the highest digit first.
struct PostgresNumeric {
    private var digits: [UInt16]
    private var weight: Int
    private var isNegative: Bool
    private var isFinite: Bool

    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        func word(_ index: Int) -> UInt16 {
            UInt16(bytes[index * 2]) << 8 | UInt16(bytes[index * 2 + 1])
        }
        guard bytes.count >= 8, bytes.count == 8 + Int(word(0)) * 2 else { return nil }
        digits = (0..<Int(word(0))).map { word(4 + $0) }
        weight = Int(Int16(bitPattern: word(1)))
        isNegative = word(2) == 0x4000
        isFinite = word(2) == 0 || word(2) == 0x4000
    }

    /// The number when it is whole and fits.
    var integer: Int64? {
        guard isFinite else { return nil }
        guard digits.dropFirst(max(0, weight + 1)).allSatisfy({ $0 == 0 }) else { return nil }
        var value: Int64 = 0
        for place in 0..<max(0, weight + 1) {
            let digit = place < digits.count ? Int64(digits[place]) : 0
            let (shifted, large) = value.multipliedReportingOverflow(by: 10_000)
            let (sum, over) =
                isNegative
                ? shifted.subtractingReportingOverflow(digit)
                : shifted.addingReportingOverflow(digit)
            guard !large, !over else { return nil }
            value = sum
        }
        return value
    }

    /// The nearest floating-point number.
    var double: Double? {
        guard isFinite else { return nil }
        if let integer { return Double(integer) }
        // Through its decimal text, so that it is rounded once.
        var text = isNegative ? "-0" : "0"
        for digit in digits {
            let padded = String(Int(digit) + 10_000)
            text += padded.dropFirst()
        }
        return Double(text + "e\((weight + 1 - digits.count) * 4)")
    }
}
