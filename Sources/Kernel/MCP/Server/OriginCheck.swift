import HTTP

/// Keeps pages of other sites from reaching the server through a visitor's browser.
public struct OriginCheck: Sendable {
    private let hosts: Set<String>?
    private let origins: Set<String>

    /// A check.
    ///
    /// - Parameters:
    ///   - isLocal: whether the server listens on this machine alone; then `Host` must name this
    ///     machine or one of `hosts`, so that a foreign name which is made to lead here is refused.
    ///   - hosts: names that the server has, without ports.
    ///   - origins: pages of these may call, besides the server's own; `*` for all.
    public init(isLocal: Bool, hosts: [String] = [], origins: [String] = []) {
        self.hosts =
            isLocal
            ? Set(hosts.map { $0.lowercased() } + ["localhost", "127.0.0.1", "[::1]"]) : nil
        self.origins = Set(origins.map { $0.lowercased() })
    }

    /// Refuses a request from elsewhere.
    ///
    /// - Throws: `HTTPFault` of status 403.
    func check(_ request: Request) throws(HTTPFault) {
        let host = (request.headers["host"] ?? "").lowercased()
        if let hosts, !hosts.contains(Self.name(of: host)) {
            throw HTTPFault(
                .forbidden,
                code: "foreign-host",
                "this server is not called \"\(host.prefix(100))\""
            )
        }
        guard let origin = request.headers["origin"]?.lowercased() else { return }
        let isOwn = origin == "http://" + host || origin == "https://" + host
        guard isOwn || origins.contains(origin) || origins.contains("*") else {
            throw HTTPFault(
                .forbidden,
                code: "foreign-origin",
                "pages of \"\(origin.prefix(100))\" may not call this server"
            )
        }
    }

    /// A host without its port.
    private static func name(of host: String) -> String {
        if host.hasPrefix("[") {
            return host.firstIndex(of: "]").map { String(host[...$0]) } ?? host
        }
        return String(host.prefix { $0 != ":" })
    }
}
