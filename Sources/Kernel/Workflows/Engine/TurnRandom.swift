import COpenSSL
import Core
import Synchronization

/// The randomness of one turn of an execution, which can be had again when the turn is repeated from
/// the journal.
///
/// Numbers are SHA-256 of a seed of 128 secret bits and a counter, so that whoever sees one (a UUID in an
/// output) cannot tell another (a task's token). The seed is drawn when a turn first asks.
final class TurnRandom: RandomSource {
    /// What a turn's numbers come from.
    struct Seed: Sendable, Hashable {
        var high: UInt64
        var low: UInt64
    }

    private struct State {
        var seed: Seed?
        var counter: UInt64 = 0
        var waiting: [UInt64] = []
    }

    private let source: any RandomSource
    private let state = Mutex(State())

    init(_ source: any RandomSource) {
        self.source = source
    }

    /// A turn begins; with a seed it repeats one.
    func begin(_ seed: Seed? = nil) {
        state.withLock { $0 = State(seed: seed) }
    }

    /// The seed of the present turn; nil when it asked for nothing.
    var seed: Seed? { state.withLock { $0.seed } }

    func next() -> UInt64 {
        state.withLock { state in
            if let number = state.waiting.popLast() { return number }
            let seed = state.seed ?? Seed(high: source.next(), low: source.next())
            state.seed = seed
            var block: [UInt8] = []
            for word in [seed.high, seed.low, state.counter] {
                withUnsafeBytes(of: word.littleEndian) { block.append(contentsOf: $0) }
            }
            state.counter += 1
            var digest = [UInt8](repeating: 0, count: 32)
            var length: UInt32 = 0
            let done = EVP_Digest(block, block.count, &digest, &length, EVP_sha256(), nil)
            precondition(done == 1 && length == 32, "OpenSSL has SHA-256")
            state.waiting = digest.withUnsafeBytes { bytes in
                (0..<4).map {
                    UInt64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)
                    )
                }
            }
            return state.waiting.removeLast()
        }
    }
}
