public import Core

/// What the OpenAPI page says of a route.
///
/// Routes of tools have one made from the tool; every other route is given one where it is added:
///
/// ```swift
/// router.get(
///     "/health/live",
///     options: RouteOptions(
///         documentation: RouteDocumentation(
///             "getLive", tag: "health", "Says that the process runs.",
///             isPublic: true,
///             answers: [.json(.ok, ["type": "object"], "It runs.")]
///         )
///     )
/// ) { … }
/// ```
public struct RouteDocumentation: Sendable {
    /// A parameter in the path, the query or a header.
    public struct Parameter: Sendable {
        /// Where it is.
        public enum Place: String, Sendable {
            /// In the path.
            case path
            /// In the query.
            case query
            /// In a header.
            case header
        }

        /// Its name.
        public var name: String
        /// Where it is.
        public var place: Place
        /// Whether it must be there; always in the path.
        public var isRequired: Bool
        /// What it looks like.
        public var schema: JSON

        /// A parameter.
        public init(_ name: String, in place: Place, isRequired: Bool = false, schema: JSON) {
            self.name = name
            self.place = place
            self.isRequired = isRequired || place == .path
            self.schema = schema
        }

        /// The header that lets a change fail when the thing has changed since it was read.
        public static let ifMatch = Parameter(
            "If-Match",
            in: .header,
            schema: [
                "type": "string",
                "description": "The ETag of what you read: refused when it has changed.",
            ]
        )

        /// The header that spares a client what it has already.
        public static let ifNoneMatch = Parameter(
            "If-None-Match",
            in: .header,
            schema: [
                "type": "string",
                "description": "The ETag of what you have: 304 when it has not changed.",
            ]
        )
    }

    /// A body in one of several media types.
    public struct Body: Sendable {
        /// The schemas by media type.
        public var content: [(type: String, schema: JSON)]
        /// Whether there must be one.
        public var isRequired: Bool

        /// A body.
        public init(_ content: [(type: String, schema: JSON)], isRequired: Bool = true) {
            self.content = content
            self.isRequired = isRequired
        }

        /// A JSON body.
        public static func json(_ schema: JSON, isRequired: Bool = true) -> Body {
            Body([("application/json", schema)], isRequired: isRequired)
        }
    }

    /// What a route answers when all is well.
    public struct Answer: Sendable {
        /// The status.
        public var status: Status
        /// What it means.
        public var meaning: String
        /// The schemas by media type; none for an answer without a body.
        public var content: [(type: String, schema: JSON)]
        /// The names of headers it carries besides those that all do, for instance `ETag`.
        public var headers: [String]

        /// An answer.
        public init(
            _ status: Status,
            _ meaning: String,
            content: [(type: String, schema: JSON)] = [],
            headers: [String] = []
        ) {
            self.status = status
            self.meaning = meaning
            self.content = content
            self.headers = headers
        }

        /// An answer in JSON.
        public static func json(
            _ status: Status,
            _ schema: JSON,
            _ meaning: String,
            headers: [String] = []
        ) -> Answer {
            Answer(status, meaning, content: [("application/json", schema)], headers: headers)
        }

        /// An answer without a body.
        public static let nothing = Answer(.noContent, "Done.")
    }

    /// How the page shows a route.
    public enum Visibility: Sendable {
        /// As an operation.
        case shown
        /// As an alias of the operation at this path.
        case alias(of: String)
        /// Not at all: a page for people.
        case hidden
    }

    /// The operation's id, unique, in camel case.
    public var id: String
    /// The heading it stands under.
    public var tag: String
    /// What it does, in a sentence.
    public var summary: String
    /// More about it.
    public var details: String?
    /// Whether it answers without a sign-in.
    public var isPublic: Bool
    /// What it takes besides a body; parameters of the path that are left out are text.
    public var parameters: [Parameter]
    /// The body it takes.
    public var body: Body?
    /// What it answers when all is well.
    public var answers: [Answer]
    /// What it refuses, besides what every route may refuse.
    public var problems: [Status]
    /// How the page shows it.
    public var visibility: Visibility

    /// A description.
    public init(
        _ id: String,
        tag: String,
        _ summary: String,
        details: String? = nil,
        isPublic: Bool = false,
        parameters: [Parameter] = [],
        body: Body? = nil,
        answers: [Answer] = [],
        problems: [Status] = [],
        visibility: Visibility = .shown
    ) {
        self.id = id
        self.tag = tag
        self.summary = summary
        self.details = details
        self.isPublic = isPublic
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.problems = problems
        self.visibility = visibility
    }

    /// A page for people, which the OpenAPI page leaves out.
    public static let page = RouteDocumentation("page", tag: "", "", visibility: .hidden)
}

/// A route as the OpenAPI page sees it.
public struct DocumentedRoute: Sendable {
    /// The method.
    public var method: Method
    /// The pattern, for instance `/api/orders/{id}`.
    public var pattern: String
    /// What is said of it; nil when nobody said anything.
    public var documentation: RouteDocumentation?

    /// A route and what is said of it.
    public init(method: Method, pattern: String, documentation: RouteDocumentation?) {
        self.method = method
        self.pattern = pattern
        self.documentation = documentation
    }
}
