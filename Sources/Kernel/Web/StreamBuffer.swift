import Core

/// What of an answer has come and was not read yet: decides when the other side is held up, and who waits.
struct StreamBuffer: Sendable {
    /// More than this is not kept, but for the piece that passes it.
    static let limit = 256 << 10

    /// What a reader gets.
    enum Reading: Equatable {
        /// All that was kept; `resumes` says that the other side was held up and may go on.
        case piece([UInt8], resumes: Bool)
        /// Nothing is there yet.
        case wait
        /// All was read.
        case end
        /// It broke off.
        case failed(WebFault.Code, String)
    }

    private var kept: [UInt8] = []
    /// Whether the other side is held up.
    private var isHeldUp = false
    private var fault: WebFault?
    /// Whether nothing more comes.
    private(set) var hasEnded = false

    /// Whether a reader need not wait.
    var isReadable: Bool { !kept.isEmpty || hasEnded }

    /// Takes what came; false when it must come again later, because too much was not read.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard kept.count < Self.limit else {
            isHeldUp = true
            return false
        }
        kept.append(contentsOf: bytes)
        return true
    }

    /// Nothing more comes, properly or for a reason.
    mutating func end(_ fault: WebFault?) {
        guard !hasEnded else { return }
        hasEnded = true
        isHeldUp = false
        self.fault = fault
        // Whoever gave up wants nothing any more.
        if fault?.code == .cancelled { kept = [] }
    }

    /// What is to be read now.
    mutating func read() -> Reading {
        if !kept.isEmpty {
            defer {
                kept = []
                isHeldUp = false
            }
            return .piece(kept, resumes: isHeldUp)
        }
        if let fault { return .failed(fault.code, fault.message) }
        return hasEnded ? .end : .wait
    }
}
