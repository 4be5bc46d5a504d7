public import Core

/// Lets pages of other origins call the API (the Fetch standard's CORS protocol).
///
/// Credentials are never allowed: a client of another origin sends an access token in a header, as all
/// do, and no cookie. What lies under `/auth` is not shared at all.
public struct CrossOrigin: Sendable {
    private let origins: Set<String>
    private let isOpen: Bool
    private let maxAgeSeconds: Int

    /// Reads the origins, separated by commas or spaces: `https://erp.example`, or `*` for all.
    ///
    /// - Throws: a fault of code `invalid-origin`.
    public init(origins: String, maxAgeSeconds: Int = 600) throws(GeneralFault) {
        var found: Set<String> = []
        for part in origins.split(whereSeparator: { $0 == "," || $0 == " " }) where part != "*" {
            let rest = part.split(separator: "/", omittingEmptySubsequences: false)
            guard rest.count == 3, rest[0] == "https:" || rest[0] == "http:", rest[1].isEmpty,
                !rest[2].isEmpty
            else {
                throw GeneralFault(
                    .invalid,
                    code: "invalid-origin",
                    "\"\(part)\" is no origin; write it like https://erp.example, without a path"
                )
            }
            found.insert(part.lowercased())
        }
        self.origins = found
        isOpen = origins.split(whereSeparator: { $0 == "," || $0 == " " }).contains("*")
        self.maxAgeSeconds = maxAgeSeconds
    }

    /// The value of `Access-Control-Allow-Origin`; nil when the answer is not to be shared.
    func allowed(_ request: Request) -> String? {
        guard isOpen || !origins.isEmpty, let origin = request.headers["origin"],
            request.segments.first != "auth"
        else { return nil }
        if isOpen { return "*" }
        return origins.contains(origin.lowercased()) ? origin : nil
    }

    /// Answers a preflight; nil for every other request.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.headers.contains("origin"),
            request.headers.contains("access-control-request-method")
        else { return nil }
        var response = Response.noContent
        if allowed(request) != nil {
            response.headers = [
                "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
                "Access-Control-Allow-Headers":
                    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
                    + "Last-Event-ID, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, "
                    + "Traceparent",
                "Access-Control-Max-Age": String(maxAgeSeconds),
            ]
        }
        return response
    }

    /// Says in the answer who may read it.
    func finish(_ request: Request, _ response: inout Response) {
        guard isOpen || !origins.isEmpty else { return }
        if !isOpen { response.headers.add("Vary", "Origin") }
        guard let origin = allowed(request) else { return }
        response.headers.add("Access-Control-Allow-Origin", origin)
        response.headers.add(
            "Access-Control-Expose-Headers",
            "ETag, Location, Mcp-Session-Id, RateLimit-Limit, RateLimit-Remaining, "
                + "RateLimit-Reset, Retry-After"
        )
    }
}
