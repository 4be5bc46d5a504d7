/// The request methods that Weft answers (RFC 9110 section 9, RFC 5789).
public enum Method: String, Sendable, Hashable, CaseIterable {
    /// Reads.
    case get = "GET"
    /// Reads without the body.
    case head = "HEAD"
    /// Does something.
    case post = "POST"
    /// Replaces.
    case put = "PUT"
    /// Changes a part.
    case patch = "PATCH"
    /// Removes.
    case delete = "DELETE"
    /// Asks what is possible.
    case options = "OPTIONS"
    /// TRACE; no route has it, so that it is answered 405 like any method that is not possible.
    case trace = "TRACE"
    /// QUERY; no route has it either.
    case query = "QUERY"
}
