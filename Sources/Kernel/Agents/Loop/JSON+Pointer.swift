import Core

extension JSON {
    /// The keys of a JSON Pointer (RFC 6901), unescaped; nil when it is none.
    static func keys(of pointer: String) -> [String]? {
        guard !pointer.isEmpty else { return [] }
        guard pointer.hasPrefix("/") else { return nil }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }

    /// The member or element of that name; nil when there is none.
    func child(_ key: String) -> JSON? {
        if let object { return object[key] }
        return Int(key).flatMap { (index: Int) in self[index] }
    }

    /// The value at a JSON Pointer; nil when there is none.
    func value(at pointer: String) -> JSON? {
        guard let keys = Self.keys(of: pointer) else { return nil }
        var value = self
        for key in keys {
            guard let next = value.child(key) else { return nil }
            value = next
        }
        return value
    }
}
