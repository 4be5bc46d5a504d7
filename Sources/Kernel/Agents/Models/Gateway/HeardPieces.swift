import Synchronization

/// Tells listeners that what they heard counts no more, when another attempt begins.
final class HeardPieces: Sendable {
    private let told = Mutex(false)
    private let listener: @Sendable (ModelPiece) -> Void

    init(_ listener: @escaping @Sendable (ModelPiece) -> Void) {
        self.listener = listener
    }

    /// An attempt begins.
    func begin() {
        let again = told.withLock { told in
            defer { told = false }
            return told
        }
        if again { listener(.restarted) }
    }

    /// Hands a piece on.
    func hear(_ piece: ModelPiece) {
        told.withLock { $0 = true }
        listener(piece)
    }
}
