import Core
import Glibc
import HTTP
import Observability

/// The page that describes the API, for programs and for people.
enum APIDescription {
    private static let introduction = """
        Orders come in, agents analyse, pack, price and book, and people see what was done and why.

        **Sign in** with `POST /auth/token` and send `Authorization: Bearer <accessToken>`, or send an \
        API key. The organisation comes from the credential alone: what belongs to another is answered \
        404.

        **Lists** answer `items` and `nextCursor`; send it back as `cursor` for the next page, with the \
        same filters and `sort`. `sort=-createdAt,reference` sorts by several fields, `-` for the \
        largest first.

        **Changes** take an `Idempotency-Key`, and where a thing has a version also `If-Match` with the \
        ETag that was read.

        **Errors** are problem details (RFC 9457): `code` is stable, `pointer` says where.

        **Budgets**: `RateLimit-Limit`, `-Remaining` and `-Reset` say what is left; 429 says in \
        `Retry-After` when to come again.

        Lengths are millimetres, masses grams, times RFC 3339 in UTC, and money \
        `{"amount":"12.30","currency":"EUR"}`.
        """

    private static let tags: [(name: String, meaning: String)] = [
        ("sign-in", "Access and refresh tokens."),
        ("me", "Who is signed in, and what is theirs."),
        ("orders", "Transport orders, from placing to delivery."),
        ("bookings", "Vehicles booked for orders, and their prices."),
        ("vehicles", "The fleet."),
        ("customers", "Who orders."),
        ("depots", "Where goods are fetched."),
        ("executions", "Runs of workflows."),
        ("decisions", "What agents decided, and why."),
        ("agents", "The agents."),
        ("inbox", "Your messages."),
        ("events", "What happened: the log, and events from outside."),
        ("event-rules", "Which events go where."),
        ("event-replays", "Events of the past, given to a rule once more."),
        ("event-retention", "How long events are kept."),
        ("dead-letters", "Events that nobody could take."),
        ("objects", "Files: what workflows read and write."),
        ("metrics", "Figures."),
        ("health", "Whether the server is well."),
    ]

    /// Adds `/api/openapi.json` and `/docs`; to be called after all other routes were added.
    ///
    /// - Parameters:
    ///   - router: where to.
    ///   - console: the folder of the built console, which has the page for people; nil when it was
    ///     not built.
    ///   - logger: hears of routes that nobody described.
    /// - Throws: a fault of code `invalid-documentation`, or one when the page's files are unreadable.
    /// - Returns: the description, in JSON.
    static func add(
        to router: inout Router,
        console: String?,
        logger: Logger
    ) throws -> [UInt8] {
        let document = RouteDocumentation(
            "getOpenAPI",
            tag: "health",
            "Describes this API.",
            details: "OpenAPI 3.1; `/docs` shows it to people.",
            isPublic: true,
            parameters: [.ifNoneMatch],
            answers: [
                .json(.ok, ["type": "object"], "The description.", headers: ["ETag"]),
                .init(.notModified, "You have it already.", headers: ["ETag"]),
            ]
        )
        let described =
            router.documented + [
                DocumentedRoute(
                    method: .get,
                    pattern: "/api/openapi.json",
                    documentation: document
                )
            ]
        let page = try OpenAPIDocument(
            described,
            title: "Weft",
            version: "1",
            description: introduction,
            tags: tags
        )
        for route in page.undescribed {
            logger.warning("this route is not described", ["route": .string(route)])
        }
        var json = page.json
        if !page.undescribed.isEmpty {
            json["x-undescribed"] = .array(page.undescribed.map { .string($0) })
        }
        let bytes = json.bytes()
        let tag = EntityTag.text(version: nil, body: bytes)
        router.get("/api/openapi.json", options: RouteOptions(documentation: document)) { request in
            var response = Response.bytes(bytes, type: "application/json")
            if let known = request.headers["if-none-match"], EntityTag.list(known, contains: tag) {
                response = Response(status: .notModified)
            }
            response.headers["ETag"] = tag
            response.headers["Cache-Control"] = "no-cache"
            return response
        }
        if let console, access(console + "/docs/index.html", R_OK) == 0 {
            router.mount("/docs", try StaticFiles(directory: console + "/docs"))
        }
        return bytes
    }
}
