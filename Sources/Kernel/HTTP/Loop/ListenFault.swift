public import Core
import Glibc

/// Why the server cannot listen.
public struct ListenFault: Fault {
    /// What could not be had, for instance `127.0.0.1:8080`.
    public let place: String
    /// The system's error number.
    public let number: Int32

    init(_ place: String, _ number: Int32) {
        self.place = place
        self.number = number
    }

    /// `unavailable`.
    public var kind: FaultKind { .unavailable }
    /// `cannot-listen`.
    public var code: String { "cannot-listen" }
    /// The place and the system's words.
    public var message: String {
        "cannot listen on \(place): \(strerror(number).map { String(cString: $0) } ?? "error \(number)")"
    }
}
