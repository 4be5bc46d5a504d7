import Synchronization

/// A number that many add to.
final class Atomic64: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .relaxed) }

    @discardableResult
    func add() -> Int { number.add(1, ordering: .relaxed).newValue }
}
