import Core

/// Vectors as providers write them.
enum VectorJSON {
    /// The longest vector that is read.
    static let longest = 16_384

    /// One vector: numbers, or Base64 of their bytes, smallest first.
    static func vector(_ json: JSON?) throws(ModelFault) -> [Float] {
        if let text = json?.string, let bytes = Base64.decode(text), bytes.count % 4 == 0 {
            let numbers = stride(from: 0, to: bytes.count, by: 4).map { at -> Float in
                let bits = bytes[at..<(at + 4)].reversed().reduce(UInt32(0)) {
                    $0 << 8 | UInt32($1)
                }
                return Float(bitPattern: bits)
            }
            return try checked(numbers)
        }
        guard let array = json?.array else { throw .malformed("there is no vector") }
        let numbers = array.compactMap { $0.double.map(Float.init) }
        guard numbers.count == array.count else {
            throw .malformed("a vector holds something that is no number")
        }
        return try checked(numbers)
    }

    private static func checked(_ numbers: [Float]) throws(ModelFault) -> [Float] {
        guard (1...longest).contains(numbers.count), numbers.allSatisfy(\.isFinite) else {
            throw .malformed("a vector must have 1 to \(longest) finite numbers")
        }
        return numbers
    }

    /// The vectors, which must all be as long as the first.
    static func alike(_ vectors: [[Float]]) throws(ModelFault) -> [[Float]] {
        guard vectors.allSatisfy({ $0.count == vectors[0].count }) else {
            throw .malformed("the vectors are not of one length")
        }
        return vectors
    }
}
