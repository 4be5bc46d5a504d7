import Synchronization

/// A value that several tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let kept: Mutex<Value>

    init(_ value: Value) { kept = Mutex(value) }

    var value: Value { kept.withLock { $0 } }

    func change(_ body: (inout sending Value) -> Void) { kept.withLock { body(&$0) } }
}
