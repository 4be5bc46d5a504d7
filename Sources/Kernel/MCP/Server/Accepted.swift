import HTTP

/// What sorts of answer a client takes.
struct Accepted {
    /// One JSON object.
    let json: Bool
    /// A stream of events.
    let events: Bool

    /// Reads `Accept` and, where there is a body, `Content-Type`.
    ///
    /// - Throws: `HTTPFault` of status 406 or 415.
    init(_ request: Request, _ method: Method) throws(HTTPFault) {
        if method == .post {
            let type = request.headers["content-type"] ?? ""
            guard
                type == "application/json"
                    || type.prefix(while: { $0 != ";" }).lowercased().filter({ $0 != " " })
                        == "application/json"
            else {
                throw HTTPFault(
                    .unsupportedMediaType,
                    code: "unsupported-media-type",
                    "send JSON with \"Content-Type: application/json\"",
                    headers: ["Accept": "application/json"]
                )
            }
        }
        guard let field = request.headers["accept"] else {
            json = true
            events = method == .get
            return
        }
        // What nearly all clients send, word for word.
        if field == "application/json, text/event-stream" {
            json = true
            events = true
            return
        }
        let accept = field.lowercased()
        let all = accept.contains("*/*")
        json = all || accept.contains("application/json") || accept.contains("application/*")
        events = all || accept.contains("text/event-stream") || accept.contains("text/*")
        let isServed = method == .get ? events : json || events
        guard isServed else {
            throw HTTPFault(
                .notAcceptable,
                code: "not-acceptable",
                method == .get
                    ? "accept text/event-stream" : "accept application/json and text/event-stream"
            )
        }
    }
}
