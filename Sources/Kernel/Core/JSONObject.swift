/// A JSON object: unique keys in the order they were written.
///
/// Look-up is a scan while the object is small and an index beyond that. Equality ignores order.
public struct JSONObject: Sendable {
    /// One member.
    public struct Member: Sendable {
        /// The member's name.
        public var key: String
        /// The member's value.
        public var value: JSON
    }

    private static let indexedBeyond = 32

    private var members: [Member] = []
    private var index: [String: Int]?

    /// An empty object.
    public init() {}

    /// An object of the given members; a repeated key keeps the last value.
    public init(_ pairs: some Sequence<(String, JSON)>) {
        members.reserveCapacity(pairs.underestimatedCount)
        for (key, value) in pairs where !insertNew(key, value) {
            self[key] = value
        }
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The keys in order.
    public var keys: [String] { members.map(\.key) }

    /// The value of `key`, nil when absent; assigning nil removes the member.
    public subscript(key: String) -> JSON? {
        get {
            position(of: key).map { members[$0].value }
        }
        set {
            switch (position(of: key), newValue) {
            case (.some(let at), .some(let value)):
                members[at].value = value
            case (.some(let at), .none):
                members.remove(at: at)
                if index != nil { rebuildIndex() }
            case (.none, .some(let value)):
                append(key, value)
            case (.none, .none):
                break
            }
        }
    }

    /// Adds a member and answers true, or answers false when the key is there already.
    mutating func insertNew(_ key: String, _ value: JSON) -> Bool {
        guard position(of: key) == nil else { return false }
        append(key, value)
        return true
    }

    private mutating func append(_ key: String, _ value: JSON) {
        // Most objects have a handful of members: one allocation instead of three.
        if members.isEmpty { members.reserveCapacity(8) }
        members.append(Member(key: key, value: value))
        if index != nil {
            index?[key] = members.count - 1
        } else if members.count > Self.indexedBeyond {
            rebuildIndex()
        }
    }

    private mutating func rebuildIndex() {
        var fresh: [String: Int] = [:]
        for (at, member) in members.enumerated() {
            fresh[member.key] = at
        }
        index = fresh
    }

    private func position(of key: String) -> Int? {
        if let index { return index[key] }
        return members.firstIndex { $0.key == key }
    }
}

extension JSONObject: RandomAccessCollection {
    /// The first member's position.
    public var startIndex: Int { 0 }
    /// The position past the last member.
    public var endIndex: Int { members.count }
    /// The member at a position, in written order.
    public subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: Hashable {
    /// Equal when both have the same keys with equal values, in any order.
    public static func == (lhs: JSONObject, rhs: JSONObject) -> Bool {
        lhs.count == rhs.count && lhs.allSatisfy { rhs[$0.key] == $0.value }
    }

    /// Hashes members without regard to order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members {
            var one = Hasher()
            one.combine(member.key)
            one.combine(member.value)
            sum &+= one.finalize()
        }
        hasher.combine(sum)
    }
}
