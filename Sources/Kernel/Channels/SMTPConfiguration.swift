/// Where and how mail is handed over: SMTP submission (RFC 6409), by default on port 587 with STARTTLS.
public struct SMTPConfiguration: Sendable {
    /// How the connection is protected.
    public enum Security: String, Sendable, CaseIterable {
        /// Not at all: for a relay on this machine.
        case none
        /// STARTTLS where the server offers it: open to an attacker who hides the offer.
        case opportunistic
        /// STARTTLS, or no mail.
        case startTLS = "starttls"
        /// TLS from the first byte, usually on port 465.
        case tls
    }

    /// The server's name or address.
    public var host: String
    /// The server's port; default 587.
    public var port: Int
    /// How the connection is protected; default STARTTLS, required.
    public var security: Security
    /// The account to sign in with; nil for none.
    public var user: String?
    /// The account's password; secret.
    public var password: String?
    /// A file of certificates to trust instead of the system's; nil for the system's.
    public var certificates: String?
    /// How long one mail may take in all, connecting included; default 30 s.
    public var timeout: Duration
    /// How long connecting may take; default 10 s.
    public var connectTimeout: Duration
    /// The most mails sent at once, each on a thread and a connection of its own; default 2.
    public var connections: Int

    /// Settings; everything but the host has a default.
    public init(
        host: String,
        port: Int = 587,
        security: Security = .startTLS,
        user: String? = nil,
        password: String? = nil,
        certificates: String? = nil,
        timeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(10),
        connections: Int = 2
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.certificates = certificates
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.connections = connections
    }

    /// The address in libcurl's form.
    ///
    /// - Throws: `ChannelError` of code `invalid-configuration`.
    func url() throws(ChannelError) -> String {
        let isName = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        let isIPv6 = host.utf8.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
        guard !host.isEmpty, isName || isIPv6 else {
            throw ChannelError(.invalidConfiguration, "\"\(host)\" is no host name or address")
        }
        guard (1...65_535).contains(port) else {
            throw ChannelError(.invalidConfiguration, "\(port) is no port")
        }
        guard timeout > .zero, connectTimeout > .zero else {
            throw ChannelError(
                .invalidConfiguration,
                "the time-outs of the mail server must be above zero"
            )
        }
        let scheme = security == .tls ? "smtps" : "smtp"
        return "\(scheme)://\(isName ? host : "[\(host)]"):\(port)"
    }
}
