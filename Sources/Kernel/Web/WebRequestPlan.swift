import CCurl
import Core

/// A request that was checked and is ready to be given to libcurl.
struct WebRequestPlan: Sendable {
    let method: String
    let url: String
    /// Scheme, host and port: what a limit per target counts.
    let origin: String
    /// Host and port as messages name them.
    let place: String
    /// Whole lines, `name: value`.
    let lines: [String]
    let body: [UInt8]?
    let deadline: ContinuousClock.Instant
    let idleTimeout: Duration?
    let answerLimit: Int
    let reachesPrivateAddresses: Bool

    /// Fields that the client writes itself: with another value they would end the request elsewhere.
    private static let own: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    init(_ request: WebRequest, longest: Duration) throws(WebFault) {
        guard (1...32).contains(request.method.utf8.count),
            request.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }),
            request.method != "CONNECT"
        else { throw WebFault(.invalidRequest, "the method must be capital letters") }
        guard request.timeout > .zero, request.answerLimit >= 0,
            request.idleTimeout.map({ $0 > .zero }) ?? true
        else {
            throw WebFault(
                .invalidRequest,
                "the timeouts and the answer's limit must be above zero"
            )
        }
        method = request.method
        url = request.url
        let parts = try Self.parts(request.url)
        origin = "\(parts.scheme)://\(parts.host):\(parts.port)"
        place = "\(parts.host):\(parts.port)"
        lines = try Self.lines(request.headers, hasBody: request.body != nil)
        body = request.body
        deadline = .now + min(request.timeout, longest)
        idleTimeout = request.idleTimeout
        answerLimit = request.answerLimit
        reachesPrivateAddresses = request.reachesPrivateAddresses
    }

    /// What libcurl itself reads in the address, so that nobody reads it differently.
    private static func parts(
        _ url: String
    ) throws(WebFault) -> (scheme: String, host: String, port: String) {
        guard url.utf8.count <= 8_192, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !url.utf8.contains(UInt8(ascii: "\\"))
        else {
            throw WebFault(
                .invalidAddress,
                "the address must be ASCII without spaces, at most 8,192 bytes"
            )
        }
        let handle = curl_url()
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK,
            let scheme = part(handle, CURLUPART_SCHEME), scheme == "https" || scheme == "http",
            let host = part(handle, CURLUPART_HOST), !host.isEmpty,
            let port = part(handle, CURLUPART_PORT)
        else {
            throw WebFault(
                .invalidAddress,
                "the address must be a whole https or http one, without a user or password in it"
            )
        }
        return (scheme, host.lowercased(), port)
    }

    private static func part(_ handle: OpaquePointer?, _ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        let flags = UInt32(CURLU_DEFAULT_PORT)
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private static func lines(
        _ headers: [(name: String, value: String)],
        hasBody: Bool
    ) throws(WebFault) -> [String] {
        // Without `Expect:` libcurl would wait a second for 100 Continue before larger bodies.
        var lines = ["Expect:"]
        var hasType = false
        var size = 0
        guard headers.count <= 100 else {
            throw WebFault(.invalidRequest, "a request must not have more than 100 header fields")
        }
        for (name, value) in headers {
            guard FieldName.isValid(name) else {
                throw WebFault(.invalidRequest, "the name of a header field must be a token")
            }
            let lower = name.lowercased()
            guard !own.contains(lower) else {
                throw WebFault(.invalidRequest, "the header field \(lower) is the client's own")
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw WebFault(
                    .invalidRequest,
                    "the header field \(lower) has line breaks or other control characters"
                )
            }
            if lower == "content-type" { hasType = true }
            size += name.utf8.count + value.utf8.count
            // A colon alone would mean to libcurl: leave the field out.
            let isEmpty = value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isEmpty ? "\(name);" : "\(name): \(value)")
        }
        guard size <= 32 << 10 else {
            throw WebFault(.invalidRequest, "the header fields must not have more than 32 KiB")
        }
        // libcurl would call a body a form.
        if hasBody, !hasType { lines.append("Content-Type:") }
        return lines
    }
}
