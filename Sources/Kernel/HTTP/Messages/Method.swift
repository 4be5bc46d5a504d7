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

    /// The method of that name; nil when it is not known here.
    init?(_ bytes: ArraySlice<UInt8>) {
        for method in Self.allCases where bytes.elementsEqual(method.rawValue.utf8) {
            self = method
            return
        }
        return nil
    }

    /// Its place among all.
    var index: Int {
        switch self {
        case .get: 0
        case .head: 1
        case .post: 2
        case .put: 3
        case .patch: 4
        case .delete: 5
        case .options: 6
        case .trace: 7
        case .query: 8
        }
    }
}
