/// The headers that tell browsers to be careful, on every answer.
public struct SecurityHeaders: Sendable {
    private let fixed: Headers

    /// The headers.
    ///
    /// - Parameters:
    ///   - policy: the Content-Security-Policy.
    ///   - isSecure: whether people come by https, so that browsers shall never come by http.
    public init(policy: String, isSecure: Bool) {
        var fixed: Headers = [
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
            "Content-Security-Policy": policy,
        ]
        if isSecure { fixed.add("Strict-Transport-Security", "max-age=31536000") }
        self.fixed = fixed
    }

    /// Adds them; what the answer has itself stays, and nothing is cached unless it says so.
    public func finish(_ response: inout Response) {
        response.headers.add(fixed)
        if !response.headers.contains("cache-control") {
            response.headers.add("Cache-Control", "no-store")
        }
    }
}
