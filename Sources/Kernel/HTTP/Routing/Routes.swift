import Core

/// A router that takes no more routes, laid out for matching bytes.
final class Routes: Sendable {
    private struct Node: Sendable {
        var literals: LiteralTable
        var parameter: Int?
        var rest: Int?
        /// By the method's index.
        var routes: [Route?]
    }

    private let nodes: [Node]
    private let preparations: [Preparation]
    private let finishers: [@Sendable (Request, inout Response) -> Void]
    private let onFailure: @Sendable (any Error, Request) -> Void

    init(_ router: Router) {
        nodes = router.nodes.map { node in
            Node(
                literals: LiteralTable(node.literals),
                parameter: node.parameter,
                rest: node.rest,
                routes: Method.allCases.map { node.routes[$0]?.behind(router.middleware) }
            )
        }
        preparations = router.preparations
        finishers = router.finishers
        onFailure = router.onFailure
    }

    // MARK: Matching

    /// What answers the request; its storage then holds the route and what its parameters stand for.
    func match(_ request: RequestStorage) -> RouteMatch {
        request.parameters.removeAll(keepingCapacity: true)
        request.route = nil
        var allowed: UInt16 = 0
        if let route = find(request, segment: 0, node: 0, &allowed) {
            request.route = route
            return .found(route)
        }
        if allowed == 0 { return .notFound }
        if allowed & Self.bit(.get) != 0 { allowed |= Self.bit(.head) }
        allowed |= Self.bit(.options)
        let list = Method.allCases.filter { allowed & Self.bit($0) != 0 }
        return request.method == .options ? .options(list) : .notAllowed(list)
    }

    private static func bit(_ method: Method) -> UInt16 { 1 << UInt16(method.index) }

    private func find(
        _ request: RequestStorage,
        segment index: Int,
        node: Int,
        _ allowed: inout UInt16
    ) -> Route? {
        guard index < request.target.segments.count else {
            if let route = route(request.method, at: node, &allowed) { return route }
            // Here, too, what is written out hides what an empty rest would make of it.
            guard let rest = nodes[node].rest, nodes[node].routes.allSatisfy({ $0 == nil }) else {
                return nil
            }
            request.parameters.append(Target.Part(0..<0))
            if let route = route(request.method, at: rest, &allowed) { return route }
            request.parameters.removeLast()
            return nil
        }
        let segment = request.target.segments[index]
        if let next = nodes[node].literals.find(request.headers.bytes, segment.range),
            let route = find(request, segment: index + 1, node: next, &allowed)
        {
            return route
        }
        // A path that is written out hides what a parameter would make of it, for every method.
        if index == request.target.segments.count - 1,
            let next = nodes[node].literals.find(request.headers.bytes, segment.range),
            nodes[next].routes.contains(where: { $0 != nil })
        {
            return nil
        }
        if let next = nodes[node].parameter, segment.start < segment.end {
            request.parameters.append(segment)
            if let route = find(request, segment: index + 1, node: next, &allowed) { return route }
            request.parameters.removeLast()
        }
        if let rest = nodes[node].rest {
            // Segments lie one after another with the slashes between them.
            let end = request.target.segments[request.target.segments.count - 1].end
            request.parameters.append(Target.Part(Int(segment.start)..<Int(end)))
            if let route = route(request.method, at: rest, &allowed) { return route }
            request.parameters.removeLast()
        }
        return nil
    }

    private func route(_ method: Method, at node: Int, _ allowed: inout UInt16) -> Route? {
        let routes = nodes[node].routes
        if let route = routes[method.index] { return route }
        if method == .head, let route = routes[Method.get.index] { return route }
        for method in Method.allCases where routes[method.index] != nil {
            allowed |= Self.bit(method)
        }
        return nil
    }

    // MARK: Answering

    /// Answers `request`, for which `match` was found; it never fails.
    nonisolated(nonsending)
        func respond(to request: Request, match: RouteMatch) async -> Response
    {
        var request = request
        var response: Response
        do {
            if let answer = try await prepare(&request) {
                response = answer
            } else if case .found(let route) = match, request.storage.targetFault == nil {
                guard request.body.count <= route.options.bodyLimit else {
                    throw HTTPFault.tooLarge(limit: route.options.bodyLimit)
                }
                response = try await route.handler(request)
            } else {
                response = try answerUnmatched(request, match)
            }
        } catch {
            report(error, request)
            response = ProblemDetails.response(for: error)
        }
        for finish in finishers { finish(request, &response) }
        return request.method == .head ? response.withoutBody() : response
    }

    nonisolated(nonsending)
        private func prepare(_ request: inout Request) async throws -> Response?
    {
        for prepare in preparations {
            if let response = try await prepare(&request) { return response }
        }
        return nil
    }

    /// The answer to a request that the server refuses before it comes to a route.
    func refusal(of request: Request, _ fault: HTTPFault) -> Response {
        var response = ProblemDetails.response(for: fault)
        for finish in finishers { finish(request, &response) }
        return request.method == .head ? response.withoutBody() : response
    }

    /// Tells the log of `error` if it is a mistake of ours.
    func report(_ error: any Error, _ request: Request) {
        if ProblemDetails.isInternal(error) { onFailure(error, request) }
    }

    private func answerUnmatched(_ request: Request, _ match: RouteMatch) throws(HTTPFault)
        -> Response
    {
        if let fault = request.storage.targetFault {
            if request.method == .options, request.target == "*" { return .noContent }
            throw fault
        }
        switch match {
        case .options(let allowed):
            return Response(status: .noContent, headers: ["Allow": Self.list(allowed)])
        case .notAllowed(let allowed):
            throw HTTPFault(
                .methodNotAllowed,
                code: "method-not-allowed",
                "\(request.method.rawValue) is not possible here; \(Self.list(allowed)) are",
                headers: ["Allow": Self.list(allowed)]
            )
        case .found, .notFound:
            throw HTTPFault(.notFound, code: "not-found", "there is nothing at \(request.path)")
        }
    }

    private static func list(_ methods: [Method]) -> String {
        methods.map(\.rawValue).joined(separator: ", ")
    }
}

/// The literal segments that may follow a node, found by their bytes.
struct LiteralTable: Sendable {
    private struct Entry: Sendable {
        var hash: UInt32
        var name: [UInt8]
        var node: Int
    }

    /// Open addressing, at most half full; a power of two, or empty.
    private var entries: [Entry?] = []

    init(_ literals: [String: Int]) {
        guard !literals.isEmpty else { return }
        var size = 2
        while size < literals.count * 2 { size *= 2 }
        entries = [Entry?](repeating: nil, count: size)
        for (name, node) in literals {
            let name = Array(name.utf8)
            let hash = name.withUnsafeBufferPointer { Self.hash($0) }
            var at = Int(hash) & (size - 1)
            while entries[at] != nil { at = (at + 1) & (size - 1) }
            entries[at] = Entry(hash: hash, name: name, node: node)
        }
    }

    /// The node behind the segment that lies in `range` of `bytes`.
    func find(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard !entries.isEmpty else { return nil }
        return bytes.withUnsafeBufferPointer { bytes in
            let segment = UnsafeBufferPointer(rebasing: bytes[range])
            let hash = Self.hash(segment)
            var at = Int(hash) & (entries.count - 1)
            while let entry = entries[at] {
                if entry.hash == hash, entry.name.elementsEqual(segment) { return entry.node }
                at = (at + 1) & (entries.count - 1)
            }
            return nil
        }
    }

    /// FNV-1a over 32 bits; the names are our own, so nobody can make them collide.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash
    }
}
