public import Core

/// Why a server's authorization could not be had.
public struct AuthorisationFault: Fault, CustomStringConvertible {
    /// The sorts of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// Neither the server nor its authorization server can be asked.
        case unreachable = "authorisation-unreachable"
        /// A document is missing, or is not what it should be.
        case badMetadata = "authorisation-metadata"
        /// The metadata belongs to another resource.
        case resourceMismatch = "resource-mismatch"
        /// The metadata or the answer is another authorization server's.
        case issuerMismatch = "issuer-mismatch"
        /// The authorization server does not support PKCE.
        case noPKCE = "pkce-unsupported"
        /// There is no client id for the authorization server, and no way to get one.
        case noClient = "client-unregistered"
        /// The authorization server refused to register us.
        case registrationRefused = "registration-refused"
        /// The person or the authorization server said no.
        case refused = "authorisation-refused"
        /// What came back from the browser does not belong to what was begun.
        case foreignReturn = "authorisation-mismatch"
        /// The server goes on refusing although we were authorised again.
        case insufficient = "authorisation-insufficient"
        /// A person must sign in at the server's authorization server first.
        case signInNeeded = "authorisation-needed"
        /// Something of ours failed.
        case ours = "authorisation-internal"
    }

    /// The sort.
    public let reason: Code
    /// What happened; never a secret.
    public let message: String

    /// A fault.
    public init(_ reason: Code, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// See `Fault`.
    public var code: String { reason.rawValue }

    /// See `Fault`.
    public var kind: FaultKind {
        switch reason {
        case .unreachable: .unavailable
        case .ours: .internal
        case .foreignReturn: .invalid
        case .badMetadata, .resourceMismatch, .issuerMismatch, .noPKCE, .noClient,
            .registrationRefused, .refused, .insufficient, .signInNeeded:
            .conflict
        }
    }

    /// The message.
    public var description: String { message }
}
