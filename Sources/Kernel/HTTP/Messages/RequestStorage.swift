import Core

/// What a request holds, in one place, so that passing a request on costs one reference.
///
/// Invariant behind `@unchecked Sendable`: it is changed only through the one reference there is: by the
/// connection that fills it before anybody else sees it, and by `Request`, which copies it first when it
/// is shared.
final class RequestStorage: @unchecked Sendable {
    @exclusivity(unchecked) var method = Method.get
    /// The fields, and the bytes in which all parts lie: what the request began with as it came, then
    /// what was decoded of it.
    @exclusivity(unchecked) var headers = Headers()
    @exclusivity(unchecked) var target = Target()
    @exclusivity(unchecked) var body: [UInt8] = []
    @exclusivity(unchecked) var inflow: (any BodySource)?
    @exclusivity(unchecked) var remoteAddress = ""
    /// What the trace's ids are made of when nobody gave them; making them can wait until asked for.
    @exclusivity(unchecked) var traceSeed: UInt64 = 0
    @exclusivity(unchecked) var trace: TraceContext?
    @exclusivity(unchecked) var route: Route?
    @exclusivity(unchecked) var parameters: [Target.Part] = []
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
        target.clear()
        parameters.removeAll(keepingCapacity: true)
        if !body.isEmpty { body = [] }
        if inflow != nil { inflow = nil }
        if trace != nil { trace = nil }
        if scope != nil { scope = nil }
        if allowance != nil { allowance = nil }
        if targetFault != nil { targetFault = nil }
        route = nil
        isUnreadable = false
    }

    func text(_ part: Target.Part) -> String {
        String(decoding: headers.bytes[part.range], as: UTF8.self)
    }

    /// Splits and decodes the target; what is wrong with it becomes `targetFault`.
    func readTarget(_ range: Range<Int>) {
        do throws(HTTPFault) {
            try target.read(range, in: &headers.bytes)
        } catch {
            targetFault = error
        }
    }
}
