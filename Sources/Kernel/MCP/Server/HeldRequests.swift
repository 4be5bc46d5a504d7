/// Requests that wait until others have ended, in the order in which they came.
struct HeldRequests {
    /// One of them.
    struct Request: Sendable {
        var call: RPCRequest
        var signal: CancelSignal
        /// The message's length in bytes.
        var size: Int
    }

    private var requests: [Int: Request] = [:]
    private var first = 0
    private var end = 0
    /// The bytes of all their messages.
    private(set) var bytes = 0

    mutating func append(_ request: Request) {
        requests[end] = request
        end += 1
        bytes += request.size
    }

    /// Takes out the one that has waited longest.
    mutating func next() -> Request? {
        while first < end {
            defer { first += 1 }
            guard let request = requests.removeValue(forKey: first) else { continue }
            bytes -= request.size
            return request
        }
        return nil
    }

    /// Takes out the one of that id; false when there is none.
    mutating func remove(_ id: RPCID) -> Bool {
        guard let found = requests.first(where: { $0.value.call.id == id }) else { return false }
        requests[found.key] = nil
        bytes -= found.value.size
        return true
    }
}
