/// The headers that tell browsers to be careful, on every answer.
public struct SecurityHeaders: Sendable {
    private let fixed: Headers
    /// Without what an answer says itself that is there to stand in others' pages.
    private let embeddable: Headers

    /// The headers.
    ///
    /// - Parameters:
    ///   - policy: the Content-Security-Policy.
    ///   - isSecure: whether people come by https, so that browsers shall never come by http.
    public init(policy: String, isSecure: Bool) {
        var embeddable: Headers = [
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
            "Content-Security-Policy": policy,
        ]
        if isSecure { embeddable.add("Strict-Transport-Security", "max-age=31536000") }
        self.embeddable = embeddable
        embeddable.add("Cross-Origin-Resource-Policy", "same-origin")
        fixed = embeddable
    }

    /// Adds them; what the answer has itself stays, and nothing is cached unless it says so.
    public func finish(_ response: inout Response) {
        let isEmbedded = response.headers.contains("cross-origin-resource-policy")
        response.headers.add(isEmbedded ? embeddable : fixed)
        if !response.headers.contains("cache-control") {
            response.headers.add("Cache-Control", "no-store")
        }
    }
}
