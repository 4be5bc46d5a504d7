import Core

/// A number with more digits than a double has.
final class ExactNumber: Sendable {
    let exact: JSONNumber
    let double: Double

    init(_ exact: JSONNumber) {
        self.exact = exact
        double = exact.double
    }
}
