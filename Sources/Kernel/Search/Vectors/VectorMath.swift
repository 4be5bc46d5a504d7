/// Sums over vectors of Float32, and their bytes.
enum VectorMath {
    /// The dot product.
    static func dot(_ one: UnsafePointer<Float>, _ other: UnsafePointer<Float>, _ count: Int)
        -> Float
    {
        var sums = SIMD8<Float>.zero
        var index = 0
        let one8 = UnsafeRawPointer(one)
        let other8 = UnsafeRawPointer(other)
        while index + 8 <= count {
            let a = one8.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
            let b = other8.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
            sums += a * b
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            sum += one[index] * other[index]
            index += 1
        }
        return sum
    }

    /// The dot product of two vectors of one length.
    static func dot(_ one: [Float], _ other: [Float]) -> Float {
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                guard let one = one.baseAddress, let theirs = other.baseAddress else { return 0 }
                return dot(one, theirs, other.count)
            }
        }
    }

    /// The vector made as long as 1; zeros, or what is not finite, as zeros.
    static func normalised(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard length > 0, length.isFinite else {
            return [Float](repeating: 0, count: vector.count)
        }
        return vector.map { Float(Double($0) / length) }
    }

    /// The numbers as little-endian bytes, as they are stored.
    static func bytes(_ vector: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(vector.count * 4)
        for value in vector {
            let bits = value.bitPattern
            for shift in [UInt32(0), 8, 16, 24] {
                bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return bytes
    }

    /// The numbers of stored bytes.
    static func floats(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { index in
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: index * 4,
                            as: UInt32.self
                        )
                    )
                )
            }
        }
    }
}
