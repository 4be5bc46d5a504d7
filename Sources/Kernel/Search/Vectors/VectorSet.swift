import Store

/// The vectors of one index in memory, one after the other.
struct VectorSet {
    /// Dimensions' means of squares are taken over at most so many vectors, the first ones.
    static let sampled = 4_096

    let dimensions: Int
    let generation: Int64
    var version: Int64 = -1
    var removals: Int64 = 0
    private(set) var numbers: [Int64] = []
    private var places: [Int64: Int] = [:]
    private var values: [Float] = []
    private var squares: [Double]

    init(dimensions: Int, generation: Int64) {
        self.dimensions = dimensions
        self.generation = generation
        squares = Array(repeating: 0, count: dimensions)
    }

    var bytes: Int { values.count * 4 + numbers.count * 32 }

    mutating func set(_ vector: [Float], for number: Int64) {
        guard vector.count == dimensions else { return }
        let place: Int
        if let known = places[number] {
            place = known
            if place < Self.sampled { sample(place, sign: -1) }
            values.replaceSubrange(place * dimensions..<(place + 1) * dimensions, with: vector)
        } else {
            place = numbers.count
            places[number] = place
            numbers.append(number)
            values += vector
        }
        if place < Self.sampled { sample(place, sign: 1) }
    }

    /// Drops all but some.
    mutating func keep(only kept: Set<Int64>) {
        var rest = VectorSet(dimensions: dimensions, generation: generation)
        rest.version = version
        for (place, number) in numbers.enumerated() where kept.contains(number) {
            rest.set(Array(values[place * dimensions..<(place + 1) * dimensions]), for: number)
        }
        self = rest
    }

    private mutating func sample(_ place: Int, sign: Double) {
        for dimension in 0..<dimensions {
            let value = Double(values[place * dimensions + dimension])
            squares[dimension] += sign * value * value
        }
    }

    /// The question's vector with rare dimensions counted for more: each divided by the mean of its square
    /// over the documents, plus what it would be were all alike.
    func weighted(_ query: [Float]) -> [Float] {
        let count = Double(min(numbers.count, Self.sampled))
        guard count > 0 else { return query }
        let common = 1 / Double(dimensions)
        return query.indices.map { Float(Double(query[$0]) / (squares[$0] / count + common)) }
    }

    /// The nearest by `query` of those whose cosine with `plain` is at least so much.
    func nearest(
        _ query: [Float],
        _ plain: [Float],
        _ least: Float,
        _ limit: Int,
        _ isAllowed: (Int64) -> Bool
    ) -> [(score: Double, number: Int64)] {
        var top = TopRanked(limit)
        query.withUnsafeBufferPointer { query in
            plain.withUnsafeBufferPointer { plain in
                values.withUnsafeBufferPointer { values in
                    guard let query = query.baseAddress, let plain = plain.baseAddress,
                        let values = values.baseAddress
                    else { return }
                    for (place, number) in numbers.enumerated() where isAllowed(number) {
                        let row = values + place * dimensions
                        if least > 0, VectorMath.dot(plain, row, dimensions) < least { continue }
                        let score = VectorMath.dot(query, row, dimensions)
                        if score > 0 { top.offer(Double(score), number) }
                    }
                }
            }
        }
        return top.ranked
    }
}
