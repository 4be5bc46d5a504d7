import Core

/// An object: members in the order they were added.
final class ObjectValue {
    private static let indexedBeyond = 12

    private var names: [String] = []
    private var values: [Value] = []
    private var index: [Name: Int]?
    /// The object of the input that this is, while it has not been changed.
    private var source: JSONObject?
    private var isRead = true
    /// How deep it nests, itself included.
    private(set) var nesting = 1

    init() {}

    /// An object of the input.
    init(source: JSONObject) {
        self.source = source
        isRead = false
    }

    private func read() {
        guard !isRead, let source else { return }
        isRead = true
        names.reserveCapacity(source.count)
        values.reserveCapacity(source.count)
        for position in source.indices {
            let member = source[position]
            names.append(member.key)
            values.append(Value(member.value))
        }
        if names.count > Self.indexedBeyond { makeIndex() }
    }

    private func makeIndex() {
        var fresh: [Name: Int] = [:]
        for (at, name) in names.enumerated() { fresh[Name(name)] = at }
        index = fresh
    }

    var count: Int { isRead ? names.count : source?.count ?? 0 }

    var keys: [String] {
        read()
        return names
    }

    var items: [Value] {
        read()
        return values
    }

    /// The values of what is not the input's.
    var ownItems: [Value] { source == nil ? values : [] }

    private func position(of name: String) -> Int? {
        if let index { return index[Name(name)] }
        for at in names.indices where Text.same(names[at], name) { return at }
        return nil
    }

    /// The member's value, undefined when there is none.
    subscript(name: String) -> Value {
        if !isRead, let source {
            guard let found = source[name] else { return .undefined }
            switch found {
            case .array, .object: read()
            default: return Value(found)
            }
        }
        guard let at = position(of: name) else { return .undefined }
        return values[at]
    }

    func set(_ name: String, _ value: Value) {
        read()
        source = nil
        if value.nesting >= nesting { nesting = value.nesting + 1 }
        if let at = position(of: name) {
            values[at] = value
            return
        }
        names.append(name)
        values.append(value)
        if index != nil {
            index?[Name(name)] = names.count - 1
        } else if names.count > Self.indexedBeyond {
            makeIndex()
        }
    }

    func remove(_ name: String) {
        read()
        guard let at = position(of: name) else { return }
        source = nil
        names.remove(at: at)
        values.remove(at: at)
        if index != nil { makeIndex() }
    }

    func json() throws(Failure) -> JSON {
        if let source { return .object(source) }
        var members: [(String, JSON)] = []
        members.reserveCapacity(names.count)
        for at in names.indices {
            guard let value = try values[at].json() else { continue }
            members.append((Text.exported(names[at]), value))
        }
        return .object(JSONObject(members))
    }
}
