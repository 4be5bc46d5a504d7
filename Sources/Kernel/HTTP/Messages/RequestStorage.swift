import Core

/// What a request holds, in one place, so that passing a request on costs one reference.
///
/// Invariant behind `@unchecked Sendable`: it is changed only through the one reference there is: by the
/// connection that fills it before anybody else sees it, and by `Request`, which copies it first when it
/// is shared.
final class RequestStorage: @unchecked Sendable {
    /// A part of the header's bytes.
    struct Part: Sendable {
        var start: UInt32
        var end: UInt32

        init(_ range: Range<Int>) {
            start = UInt32(range.lowerBound)
            end = UInt32(range.upperBound)
        }

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    @exclusivity(unchecked) var method = Method.get
    /// The fields, and the bytes in which all parts lie: what the request began with as it came, then
    /// what was decoded of it.
    @exclusivity(unchecked) var headers = Headers()
    @exclusivity(unchecked) var target = Part(0..<0)
    @exclusivity(unchecked) var path = Part(0..<0)
    @exclusivity(unchecked) var segments: [Part] = []
    @exclusivity(unchecked) var query = Query()
    @exclusivity(unchecked) var body: [UInt8] = []
    @exclusivity(unchecked) var inflow: (any BodySource)?
    @exclusivity(unchecked) var remoteAddress = ""
    /// What the trace's ids are made of when nobody gave them; making them can wait until asked for.
    @exclusivity(unchecked) var traceSeed: UInt64 = 0
    @exclusivity(unchecked) var trace: TraceContext?
    @exclusivity(unchecked) var route: Route?
    @exclusivity(unchecked) var parameters: [Part] = []
    @exclusivity(unchecked) var scope: Scope?
    @exclusivity(unchecked) var allowance: Allowance?
    @exclusivity(unchecked) var targetFault: HTTPFault?
    @exclusivity(unchecked) var isUnreadable = false

    init() {}

    func copy() -> RequestStorage {
        let copy = RequestStorage()
        copy.method = method
        copy.headers = headers
        copy.target = target
        copy.path = path
        copy.segments = segments
        copy.query = query
        copy.body = body
        copy.inflow = inflow
        copy.remoteAddress = remoteAddress
        copy.traceSeed = traceSeed
        copy.trace = trace
        copy.route = route
        copy.parameters = parameters
        copy.scope = scope
        copy.allowance = allowance
        copy.targetFault = targetFault
        copy.isUnreadable = isUnreadable
        return copy
    }

    /// Makes it ready for another request, and keeps what memory that will need.
    func clear() {
        headers.removeAll(keepingCapacityUpTo: 4 << 10)
        segments.removeAll(keepingCapacity: true)
        parameters.removeAll(keepingCapacity: true)
        if !query.list.isEmpty { query = Query() }
        if !body.isEmpty { body = [] }
        if inflow != nil { inflow = nil }
        if trace != nil { trace = nil }
        if scope != nil { scope = nil }
        if allowance != nil { allowance = nil }
        if targetFault != nil { targetFault = nil }
        route = nil
        isUnreadable = false
    }

    func text(_ part: Part) -> String {
        String(decoding: headers.bytes[part.range], as: UTF8.self)
    }

    // MARK: The target

    /// Splits the target: segments first at `/`, then percent-decoded, so that an encoded slash can
    /// never become a separator.
    ///
    /// What is wrong with it becomes `targetFault`: bad percent encoding, encoded slashes and controls,
    /// dot segments.
    func readTarget(_ range: Range<Int>) {
        target = Part(range)
        path = target
        do throws(HTTPFault) {
            try split(range)
        } catch {
            segments.removeAll(keepingCapacity: true)
            query = Query()
            targetFault = error
        }
    }

    private func split(_ range: Range<Int>) throws(HTTPFault) {
        var mark = range.upperBound
        var isPlain = true
        headers.bytes.withUnsafeBufferPointer { bytes in
            for at in range {
                switch bytes[at] {
                case UInt8(ascii: "?"):
                    mark = at
                    return
                case UInt8(ascii: "%"), UInt8(ascii: "\\"): isPlain = false
                default: break
                }
            }
        }
        path = Part(range.lowerBound..<mark)
        if isPlain {
            try splitSegments(range.lowerBound..<mark)
        } else {
            let decoded = try PercentCoding.path(headers.bytes[range.lowerBound..<mark])
            let start = headers.bytes.count
            headers.bytes.append(contentsOf: decoded)
            try splitSegments(start..<headers.bytes.count)
        }
        if mark < range.upperBound {
            query = try Query(headers.bytes[(mark + 1)..<range.upperBound])
        }
    }

    private func splitSegments(_ range: Range<Int>) throws(HTTPFault) {
        // None for `/`, a last empty one after a trailing slash.
        guard range.count > 1 else { return }
        var hasDots = false
        headers.bytes.withUnsafeBufferPointer { bytes in
            var start = range.lowerBound + 1
            for at in start...range.upperBound
            where at == range.upperBound || bytes[at] == UInt8(ascii: "/") {
                let count = at - start
                if count == 1 || count == 2, bytes[start] == UInt8(ascii: "."),
                    bytes[at - 1] == UInt8(ascii: ".")
                {
                    hasDots = true
                }
                segments.append(Part(start..<at))
                start = at + 1
            }
        }
        if hasDots { throw PercentCoding.fault("a path must not hold dot segments") }
    }
}
