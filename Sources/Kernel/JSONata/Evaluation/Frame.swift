/// Variables of one scope.
final class Frame {
    private(set) var parent: Frame?
    private var bindings: [(name: Name, value: Value)]
    /// What the tuple that is looked at has bound.
    private let tuple: Tuple?

    init(_ parent: Frame?, bindings: [(name: Name, value: Value)] = []) {
        self.parent = parent
        self.bindings = bindings
        tuple = nil
    }

    init(_ parent: Frame, tuple: Tuple) {
        self.parent = parent
        bindings = []
        self.tuple = tuple
    }

    var isEmpty: Bool { bindings.isEmpty }

    func bind(_ name: Name, _ value: Value) {
        for at in bindings.indices where bindings[at].name == name {
            bindings[at].value = value
            return
        }
        bindings.append((name, value))
    }

    /// The value of a variable here or in the scopes around; nil when there is none.
    func value(of name: Name) -> Value? {
        var frame = self
        while true {
            for binding in frame.bindings where binding.name == name { return binding.value }
            if let found = frame.tuple?.value(of: name) { return found }
            guard let next = frame.parent else { return nil }
            frame = next
        }
    }

    /// Whether a variable is bound here.
    func has(_ name: Name) -> Bool { bindings.contains { $0.name == name } }

    /// Lets go of what it holds: a function bound here holds this frame in turn.
    func clear() { bindings = [] }
}
