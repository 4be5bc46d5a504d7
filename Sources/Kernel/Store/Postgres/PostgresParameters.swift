import Core

/// The values of a statement's parameters as they are sent, in room that is used again.
///
/// All but bytes go as text, of which the server makes the type that the place in the statement has.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// Takes the values in; those before are forgotten.
    mutating func set(_ values: [SQLValue]) {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        for value in values {
            let start = bytes.count
            var format: Int32 = 0
            switch value {
            case .null:
                starts.append(-1)
                lengths.append(0)
                formats.append(0)
                continue
            case .int(let number): append(number)
            case .double(let number): bytes += number.description.utf8
            case .text(var text):
                text.withUTF8 { PostgresText.append($0, to: &bytes) }
            case .uuid(let high, let low):
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { text in
                    ID<Never>(high: high, low: low).write(to: text)
                    bytes.append(contentsOf: text)
                }
            case .blob(let blob):
                bytes += blob
                format = 1
            }
            starts.append(start)
            lengths.append(Int32(bytes.count - start))
            formats.append(format)
            // libpq finds the end of text by it.
            bytes.append(0)
        }
    }

    /// Calls `body` with libpq's arrays.
    mutating func withPointers<Result>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        let count = Int32(starts.count)
        return bytes.withUnsafeBytes { bytes in
            pointers.removeAll(keepingCapacity: true)
            for start in starts {
                pointers.append(
                    start < 0
                        ? nil
                        : bytes.baseAddress.map {
                            ($0 + start).assumingMemoryBound(to: CChar.self)
                        }
                )
            }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(
                            count,
                            pointers.baseAddress,
                            lengths.baseAddress,
                            formats.baseAddress
                        )
                    }
                }
            }
        }
    }

    /// A whole number's digits, without a string in between.
    private mutating func append(_ number: Int64) {
        var rest = number.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var place = 20
            repeat {
                place -= 1
                digits[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(contentsOf: digits[place...])
        }
    }
}
