import Core
import Store

/// A set of documents' numbers, as bits by runs of 1,024.
struct NumberSet {
    private static let words = Int(PostingBlock.size / 64)
    private var runs: [Int64: [UInt64]] = [:]
    private(set) var count = 0

    mutating func insert(_ number: Int64) {
        let slot = PostingBlock.slot(of: number)
        let bit = UInt64(1) << UInt64(slot & 63)
        var run =
            runs.removeValue(forKey: PostingBlock.shard(of: number))
            ?? Array(repeating: 0, count: Self.words)
        if run[slot >> 6] & bit == 0 {
            run[slot >> 6] |= bit
            count += 1
        }
        runs[PostingBlock.shard(of: number)] = run
    }

    func contains(_ number: Int64) -> Bool {
        guard let run = runs[PostingBlock.shard(of: number)] else { return false }
        let slot = PostingBlock.slot(of: number)
        return run[slot >> 6] & UInt64(1) << UInt64(slot & 63) != 0
    }

    /// The bits of one run; nil when it has none.
    func run(_ shard: Int64) -> [UInt64]? { runs[shard] }

    /// Takes the bits of one run, of which there are none yet.
    mutating func set(_ run: [UInt64], of shard: Int64) {
        runs[shard] = run
        count += run.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    func intersection(_ other: NumberSet) -> NumberSet {
        var both = NumberSet()
        for (shard, run) in runs {
            guard let theirs = other.runs[shard] else { continue }
            let common = zip(run, theirs).map { $0 & $1 }
            both.count += common.reduce(0) { $0 + $1.nonzeroBitCount }
            both.runs[shard] = common
        }
        return both
    }

    /// The documents for which all filters hold; nil where there is no filter.
    static func fulfilling(
        _ filters: [SearchFilter],
        of index: Int64,
        in reader: any Reader
    ) throws -> NumberSet? {
        var all: NumberSet?
        for filter in filters {
            let some = try fulfilling(filter, of: index, in: reader)
            all = all?.intersection(some) ?? some
        }
        return all
    }

    private static func fulfilling(
        _ filter: SearchFilter,
        of index: Int64,
        in reader: any Reader
    ) throws -> NumberSet {
        var set = NumberSet()
        func gather(_ condition: String, _ values: [SQLValue]) throws {
            try reader.forEach(
                "SELECT number FROM search_field WHERE index_id = ? AND \(condition)",
                [.int(index)] + values
            ) { set.insert(try $0.int(0)) }
        }
        switch filter {
        case .any(let name, let values):
            let texts = try values.compactMap { try FieldValue($0, "")?.text }
            for chunk in texts.chunked(by: 128) {
                try gather(
                    "name = ? AND value IN (\(SQLList.marks(chunk.count)))",
                    [.text(name)] + SQLList.padded(chunk.map { .text($0) })
                )
            }
        case .range(let name, let least, let most):
            var condition = "name = ? AND amount IS NOT NULL"
            var values: [SQLValue] = [.text(name)]
            if let least {
                condition += " AND amount >= ?"
                values.append(.double(least))
            }
            if let most {
                condition += " AND amount <= ?"
                values.append(.double(most))
            }
            try gather(condition, values)
        case .absentOrAbove(let name, let bound):
            try gather("name = ? AND amount > ?", [.text(name), .double(bound)])
            try reader.forEach(
                """
                SELECT number FROM search_document WHERE index_id = ? AND NOT EXISTS (
                    SELECT 1 FROM search_field WHERE search_field.index_id = search_document.index_id
                        AND search_field.number = search_document.number AND search_field.name = ?)
                """,
                [.int(index), .text(name)]
            ) { set.insert(try $0.int(0)) }
        }
        return set
    }
}
