/// Writes the Protocol Buffers wire format (protobuf.dev/programming-guides/encoding).
///
/// Only what OTLP needs: variable-length integers, fixed 64 and 32 bits, bytes, strings, messages and
/// packed lists. Fields that hold their default are left out, as proto3 has it.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case length = 2
        case fixed32 = 5
    }

    private mutating func tag(_ field: Int, _ type: WireType) {
        varint(UInt64(field) << 3 | type.rawValue)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func little(_ value: UInt64, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    /// An `int64`, `uint32`, `bool` or enumeration.
    mutating func integer(_ field: Int, _ value: Int64) {
        guard value != 0 else { return }
        tag(field, .varint)
        varint(UInt64(bitPattern: value))
    }

    /// An integer within a `oneof`, where the default is written too.
    mutating func chosenInteger(_ field: Int, _ value: Int64) {
        tag(field, .varint)
        varint(UInt64(bitPattern: value))
    }

    /// A `fixed64`.
    mutating func fixed64(_ field: Int, _ value: UInt64) {
        guard value != 0 else { return }
        tag(field, .fixed64)
        little(value, 8)
    }

    /// A `fixed32`.
    mutating func fixed32(_ field: Int, _ value: UInt32) {
        guard value != 0 else { return }
        tag(field, .fixed32)
        little(UInt64(value), 4)
    }

    /// A `double`, also when it is the default.
    mutating func double(_ field: Int, _ value: Double) {
        tag(field, .fixed64)
        little(value.bitPattern, 8)
    }

    /// A `bytes`.
    mutating func bytes(_ field: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        tag(field, .length)
        varint(UInt64(value.count))
        bytes += value
    }

    /// A `string`.
    mutating func string(_ field: Int, _ value: String) {
        guard !value.isEmpty else { return }
        chosenString(field, value)
    }

    /// A string within a `oneof`, where the empty one is written too.
    mutating func chosenString(_ field: Int, _ value: String) {
        tag(field, .length)
        varint(UInt64(value.utf8.count))
        bytes += value.utf8
    }

    /// A message, also when it is empty.
    mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        tag(field, .length)
        varint(UInt64(inner.bytes.count))
        bytes += inner.bytes
    }

    /// A packed list of `fixed64`.
    mutating func packed(_ field: Int, _ values: [UInt64]) {
        guard !values.isEmpty else { return }
        tag(field, .length)
        varint(UInt64(values.count * 8))
        for value in values { little(value, 8) }
    }

    /// A packed list of `double`.
    mutating func packed(_ field: Int, _ values: [Double]) {
        packed(field, values.map(\.bitPattern))
    }
}
