/// A context value with the variables that were bound along its path.
final class Tuple {
    var context: Value
    var bindings: [(name: Name, value: Value)]

    init(_ context: Value, _ bindings: [(name: Name, value: Value)] = []) {
        self.context = context
        self.bindings = bindings
    }

    func bind(_ name: Name, _ value: Value) {
        if let at = bindings.firstIndex(where: { $0.name == name }) {
            bindings[at].value = value
        } else {
            bindings.append((name, value))
        }
    }

    func value(of name: Name) -> Value? {
        for binding in bindings where binding.name == name { return binding.value }
        return nil
    }
}
