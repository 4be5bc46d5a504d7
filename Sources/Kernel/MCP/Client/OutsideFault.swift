public import Core

/// Why a server of others could not be used.
public struct OutsideFault: Fault, CustomStringConvertible {
    /// The sorts of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// The address leads nowhere, or the program does not start.
        case unreachable = "mcp-unreachable"
        /// The address may not be reached from here.
        case forbiddenAddress = "mcp-forbidden-address"
        /// No answer came in time.
        case timedOut = "mcp-timed-out"
        /// The server went away before it had answered.
        case cutOff = "mcp-cut-off"
        /// What came is not what the protocol says.
        case malformed = "mcp-malformed"
        /// More came than is taken.
        case tooLarge = "mcp-too-large"
        /// The server answered with an error.
        case refused = "mcp-refused"
        /// The server speaks no revision that Weft knows.
        case unsupportedVersion = "mcp-unsupported-version"
        /// The server asks for something that nobody here can give.
        case inputNeeded = "mcp-input-needed"
        /// There is no such tool, resource or prompt.
        case unknown = "mcp-unknown"
        /// The tool says that it failed.
        case toolFailed = "mcp-tool-failed"
        /// Tokens could not be had; the code is that of the `AuthorisationFault`.
        case authorisation = "mcp-authorisation"
        /// The session ended at the server's side.
        case sessionEnded = "mcp-session-ended"
        /// The request cannot be made, for instance because of its arguments.
        case invalidRequest = "mcp-invalid-request"
    }

    /// The sort.
    public let reason: Code
    /// What happened; never a secret.
    public let message: String
    /// The server's own error, when there is one.
    public let error: RPCError?
    /// The status of the HTTP answer, when there is one.
    public let status: Int?
    private let authorisation: AuthorisationFault?

    /// A fault.
    public init(
        _ reason: Code,
        _ message: String,
        error: RPCError? = nil,
        status: Int? = nil
    ) {
        self.reason = reason
        self.message = message
        self.error = error
        self.status = status
        authorisation = nil
    }

    /// Tokens could not be had.
    public init(_ fault: AuthorisationFault) {
        reason = .authorisation
        message = fault.message
        error = nil
        status = nil
        authorisation = fault
    }

    /// No answer to an HTTP request.
    init(_ fault: WebFault) {
        let reason: Code =
            switch fault.code {
            case .forbiddenAddress: .forbiddenAddress
            case .timedOut: .timedOut
            case .malformedAnswer: .malformed
            case .invalidAddress, .invalidRequest: .invalidRequest
            case .overloaded, .unreachable, .insecure, .cancelled: .unreachable
            }
        self.init(reason, fault.message)
    }

    /// The server's error.
    init(_ error: RPCError, status: Int? = nil) {
        self.init(
            error.code == RPCError.Code.unsupportedVersion ? .unsupportedVersion : .refused,
            "the server answered with error \(error.code): \(OutsideText.line(error.message, 500))",
            error: error,
            status: status
        )
    }

    /// See `Fault`.
    public var code: String { authorisation?.code ?? reason.rawValue }

    /// See `Fault`.
    public var kind: FaultKind {
        switch reason {
        case .unreachable, .cutOff, .sessionEnded: .unavailable
        case .timedOut: .timeout
        case .unknown: .notFound
        case .invalidRequest, .forbiddenAddress: .invalid
        case .authorisation: authorisation?.kind ?? .conflict
        case .malformed, .tooLarge, .refused, .unsupportedVersion, .inputNeeded, .toolFailed:
            .conflict
        }
    }

    /// The message.
    public var description: String { message }
}

/// Text that others wrote, made fit to be shown.
enum OutsideText {
    /// One line of at most so many characters; control and invisible formatting characters become spaces.
    static func line(_ text: String, _ most: Int) -> String {
        let shown = text.unicodeScalars.prefix(most).map { isShown($0) ? $0 : " " }
        var line = String(String.UnicodeScalarView(shown))
        if text.unicodeScalars.count > most { line += "…" }
        return line
    }

    /// Text with its line breaks, shortened the same way.
    static func paragraph(_ text: String, _ most: Int) -> String {
        let shown = text.unicodeScalars.prefix(most).map { $0 == "\n" || isShown($0) ? $0 : " " }
        var paragraph = String(String.UnicodeScalarView(shown))
        if text.unicodeScalars.count > most { paragraph += "…" }
        return paragraph
    }

    /// Whether a person sees the character: words that hide from people and not from models are a known
    /// attack (tag characters, bidirectional overrides).
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
