public import Core
public import Observability
import Synchronization

/// Stands before every request: addresses, attacks, origins and budgets.
///
/// There are four kinds of budget, so that a flood by some cannot starve others: one for each account
/// that is signed in, one for each address without a sign-in, a large one for each address that reads
/// the program's own files (a page is made of many, and a whole site may share an address), and a small
/// one for each address that sends credentials that are not good. When the last is used up, credentials
/// from there that were not seen to be good before are refused unread; those of clients that are signed
/// in already go on.
public final class TrafficGuard: Sendable {
    /// What is done about attacks in paths and queries.
    public enum Screening: String, Sendable, CaseIterable {
        /// Clear ones are refused, all are counted.
        case block
        /// All are counted.
        case count
        /// Nothing.
        case off
    }

    /// What was configured.
    public struct Configuration: Sendable {
        /// Budgets of accounts.
        public var plans: UsagePlans
        /// The budget of an address without sign-in; nil for no limit.
        public var anonymous: RateBudget?
        /// The budget of an address for files that anybody may read; nil for no limit.
        public var files: RateBudget?
        /// The budget of an address for credentials that are not good; nil for no limit.
        public var failing: RateBudget?
        /// How many clients are remembered, of each kind.
        public var clients: Int
        /// When not empty, only these may come.
        public var allowed: [AddressRange]
        /// These may not come.
        public var denied: [AddressRange]
        /// What is done about attacks.
        public var screening: Screening
        /// Which pages of others may call.
        public var origins: CrossOrigin
        /// How many parameters a query may have.
        public var queryLimit: Int

        /// Everything open but the budgets given.
        public init(
            plans: UsagePlans,
            anonymous: RateBudget? = nil,
            files: RateBudget? = nil,
            failing: RateBudget? = nil,
            clients: Int = 20_000,
            allowed: [AddressRange] = [],
            denied: [AddressRange] = [],
            screening: Screening = .block,
            origins: CrossOrigin,
            queryLimit: Int = 100
        ) {
            self.plans = plans
            self.anonymous = anonymous
            self.files = files
            self.failing = failing
            self.clients = clients
            self.allowed = allowed
            self.denied = denied
            self.screening = screening
            self.origins = origins
            self.queryLimit = queryLimit
        }
    }

    private let configuration: Configuration
    private let clock: any WallClock
    private let isKnown: @Sendable (String) -> Bool
    private let accounts: RateLimiter<ID<Account>>
    private let addresses: RateLimiter<NetworkAddress>
    private let files: RateLimiter<NetworkAddress>
    private let failures: RateLimiter<NetworkAddress>
    /// Whether any address has failed yet, so that the usual request need not look.
    private let hasFailures = Atomic<Bool>(false)
    private let limited: Family<Counter>
    private let screened: Family<Counter>
    private let refused: Family<Counter>

    /// A guard.
    ///
    /// - Parameters:
    ///   - configuration: what was configured.
    ///   - clock: the time.
    ///   - metrics: where it counts what it refuses.
    ///   - isKnown: whether a bearer token was seen to be good before, without asking the store.
    public init(
        _ configuration: Configuration,
        clock: any WallClock,
        metrics: Metrics,
        isKnown: @escaping @Sendable (String) -> Bool
    ) {
        self.configuration = configuration
        self.clock = clock
        self.isKnown = isKnown
        accounts = RateLimiter(capacity: configuration.clients)
        addresses = RateLimiter(capacity: configuration.clients)
        files = RateLimiter(capacity: configuration.clients)
        failures = RateLimiter(capacity: configuration.clients)
        limited = metrics.counter(
            "weft_rate_limited_total",
            help: "Requests refused because a budget was used up.",
            labels: ["budget"]
        )
        screened = metrics.counter(
            "weft_screened_total",
            help: "Requests in whose path or query something like an attack was found.",
            labels: ["rule", "action"]
        )
        refused = metrics.counter(
            "weft_refused_inputs_total",
            help: "Requests refused for their address or because they are too large or too deep.",
            labels: ["reason"]
        )
    }

    // MARK: Before authentication

    /// Refuses what may not come, and answers preflights.
    ///
    /// - Throws: faults of code `address-refused`, `request-screened`, `too-many-parameters` and
    ///   `rate-limited`.
    public func admit(_ request: inout Request) throws -> Response? {
        let configuration = configuration
        if !configuration.denied.isEmpty || !configuration.allowed.isEmpty {
            try checkAddress(request)
        }
        if request.query.list.count > configuration.queryLimit {
            refused.with("query").add()
            throw HTTPFault(
                .badRequest,
                code: "too-many-parameters",
                "a query has at most \(configuration.queryLimit) parameters"
            )
        }
        if configuration.screening != .off { try screen(request) }
        if request.method == .options, let response = configuration.origins.preflight(request) {
            _ = try charge(&request)
            return response
        }
        if hasFailures.load(ordering: .relaxed) { try checkFailures(request) }
        return nil
    }

    private func checkAddress(_ request: Request) throws(HTTPFault) {
        guard let address = NetworkAddress(request.remoteAddress) else { return }
        let isDenied = configuration.denied.contains { $0.contains(address) }
        let isAllowed =
            configuration.allowed.isEmpty || configuration.allowed.contains { $0.contains(address) }
        guard isDenied || !isAllowed else { return }
        refused.with("address").add()
        throw HTTPFault(
            .forbidden,
            code: "address-refused",
            "requests from \(request.remoteAddress) are not taken here",
            headers: ["Connection": "close"]
        )
    }

    private func screen(_ request: Request) throws(HTTPFault) {
        guard let (finding, place) = RequestScreen.finding(in: request) else { return }
        let blocks = configuration.screening == .block && finding.isClear
        screened.with(finding.rawValue, blocks ? "blocked" : "counted").add()
        guard blocks else { return }
        fail(request)
        throw HTTPFault(
            .forbidden,
            code: "request-screened",
            "\(place) looks like an attack (\(finding.rawValue)) and was not read; "
                + "free text belongs into a JSON body"
        )
    }

    private func checkFailures(_ request: Request) throws(HTTPFault) {
        guard let budget = configuration.failing, let header = request.headers["authorization"],
            let address = NetworkAddress(request.remoteAddress)?.client,
            failures.isExhausted(address, budget, at: clock.now()),
            !isKnown(String(header.dropFirst(7)))
        else { return }
        limited.with("failing").add()
        throw Self.tooMany(
            Allowance(
                limit: budget.burst,
                remaining: 0,
                resetSeconds: Int(Double(budget.burst) * budget.cost / 1_000_000),
                retryAfterSeconds: max(1, Int((budget.cost / 1_000_000).rounded(.up)))
            ),
            "too many credentials from your address were not good",
            closes: true
        )
    }

    // MARK: After authentication

    /// Takes the request from the budget of its account, or of its address when nobody is signed in.
    ///
    /// - Throws: a fault of code `rate-limited`.
    public func charge(_ request: inout Request) throws -> Response? {
        if let scope = request.scope {
            guard let budget = configuration.plans.budget(of: scope) else { return nil }
            let allowance = accounts.take(scope.actor.id, budget, at: clock.now())
            request.allowance = allowance
            guard allowance.retryAfterSeconds > 0 else { return nil }
            limited.with("account").add()
            throw Self.tooMany(allowance, "you have sent too many requests", closes: false)
        }
        let isForFile = request.isForFile
        guard let budget = isForFile ? configuration.files : configuration.anonymous,
            let address = NetworkAddress(request.remoteAddress)?.client
        else { return nil }
        let allowance = (isForFile ? files : addresses).take(address, budget, at: clock.now())
        request.allowance = allowance
        guard allowance.retryAfterSeconds > 0 else { return nil }
        limited.with(isForFile ? "files" : "anonymous").add()
        // Closing makes a flood pay for a connection with each refusal, and drops what it pipelined.
        throw Self.tooMany(
            allowance,
            "too many requests without a sign-in came from your address",
            closes: true
        )
    }

    private static func tooMany(
        _ allowance: Allowance,
        _ what: String,
        closes: Bool
    ) -> HTTPFault {
        var headers: Headers = ["Retry-After": String(allowance.retryAfterSeconds)]
        if closes { headers.add("Connection", "close") }
        return HTTPFault(
            .tooManyRequests,
            code: "rate-limited",
            "\(what); try again in \(allowance.retryAfterSeconds) s",
            details: JSONObject([("retryAfterSeconds", .int(allowance.retryAfterSeconds))]),
            headers: headers
        )
    }

    // MARK: After the answer

    /// Adds what the client should know of its budget and who may read the answer; counts refusals.
    public func finish(_ request: Request, _ response: inout Response) {
        if let allowance = request.allowance {
            response.headers.add("RateLimit-Limit", String(allowance.limit))
            response.headers.add("RateLimit-Remaining", String(allowance.remaining))
            response.headers.add("RateLimit-Reset", String(allowance.resetSeconds))
        }
        configuration.origins.finish(request, &response)
        guard let code = response.problemCode else { return }
        switch response.status.rawValue {
        case 401:
            if request.headers.contains("authorization") { fail(request) }
        case 413, 414, 431: refused.with("size").add()
        case 400 where code == "too-deep": refused.with("depth").add()
        default: break
        }
    }

    private func fail(_ request: Request) {
        guard let budget = configuration.failing,
            let address = NetworkAddress(request.remoteAddress)?.client
        else { return }
        _ = failures.take(address, budget, at: clock.now())
        hasFailures.store(true, ordering: .relaxed)
    }
}
