import Core

#if canImport(Glibc)
    import Glibc
#endif

/// Knows how much stack was used, and goes on with a fresh one when little is left.
///
/// A caller's stack may be small (512 KiB for some threads); deep recursion continues on the stack of a
/// thread of its own, which the caller waits for. Not shared between threads otherwise.
final class StackGuard {
    /// What a caller's stack must have left: 160 KiB are used, the rest is for what runs between two looks.
    private static let initialRoom = 160 << 10
    private static let threadStack = 16 << 20
    private static let threadRoom = 15 << 20

    private var base: Int
    private var room = StackGuard.initialRoom

    init() { base = Self.here() }

    @inline(__always)
    private static func here() -> Int {
        var marker: UInt8 = 0
        return withUnsafeMutablePointer(to: &marker) { Int(bitPattern: $0) }
    }

    /// Whether it is time for another stack.
    @inline(__always)
    var isShort: Bool { base - Self.here() > room }

    /// Does the work on a fresh stack, and waits for it.
    func onFreshStack<Answer>(_ work: () throws(Failure) -> Answer) throws(Failure) -> Answer {
        let saved = (base, room)
        defer { (base, room) = saved }
        var answer: Result<Answer, Failure>?
        withoutActuallyEscaping({ [self] in
            base = Self.here()
            room = Self.threadRoom
            answer = Result { () throws(Failure) in try work() }
        }) { body in
            Self.runAndWait(FreshStackWork(body))
        }
        guard let answer else {
            throw Failure("U1001", inserts: ["reason": "The system has no thread left"])
        }
        return try answer.get()
    }

    private static func runAndWait(_ work: FreshStackWork) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, threadStack)
        var thread = pthread_t()
        let argument = Unmanaged.passUnretained(work).toOpaque()
        let created = pthread_create(&thread, &attributes, freshStackMain, argument)
        guard created == 0 else { return }
        pthread_join(thread, nil)
    }
}

private final class FreshStackWork {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
}

private func freshStackMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<FreshStackWork>.fromOpaque(argument).takeUnretainedValue().body()
    return nil
}
