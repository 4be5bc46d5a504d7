import Agents
import Core
import HTTP
import Intents
import Platform
import Store

/// Widgets, which outsiders see without a sign-in and as pictures, and so belong to no tool.
struct WidgetRoutes {
    let kernel: Kernel
    private let cache = IntentWidgetCache()

    init(kernel: Kernel) { self.kernel = kernel }

    private static let documentation = RouteDocumentation(
        "showWidget",
        tag: "intents",
        "Shows a figure of an organisation's public intents to whoever knows the address.",
        details: "The token ends in .svg for a picture, or in .json for label, value and tone.",
        isPublic: true,
        parameters: [.init("token", in: .path, schema: ["type": "string", "maxLength": 100])],
        answers: [
            .init(
                .ok,
                "The figure.",
                content: [
                    ("image/svg+xml", Shape.text),
                    (
                        "application/json",
                        Shape.record(
                            nil,
                            [
                                ("label", Shape.text), ("value", Shape.text),
                                (
                                    "tone",
                                    Shape.choice(["good", "middling", "bad", "unknown"])
                                ),
                            ]
                        )
                    ),
                ]
            )
        ],
        problems: [.notFound]
    )

    func add(to router: inout Router) {
        router.get("/widgets/{token}", options: RouteOptions(documentation: Self.documentation)) {
            request in
            let name = try request.parameter("token")
            let isJSON = name.hasSuffix(".json")
            guard isJSON || name.hasSuffix(".svg"), name.utf8.count <= 100 else {
                throw Self.missing
            }
            let digest = try IntentTools.digest(of: String(name.dropLast(isJSON ? 5 : 4)))
            let now = kernel.clock.now()
            // A widget that was removed shows nothing at once, so it is always looked for.
            let reading = try await kernel.database.read { [cache] reader in
                try IntentWidget.find(digest: digest, in: reader).map { widget in
                    try cache.reading(of: widget, at: now) { try $0.reading(in: reader) }
                }
            }
            guard let reading else { throw Self.missing }
            var response: Response =
                isJSON
                ? .json(reading.json) : .text(reading.svg, type: "image/svg+xml; charset=utf-8")
            response.headers.add("Cache-Control", "public, max-age=60")
            // It is there to stand in others' pages.
            response.headers.add("Cross-Origin-Resource-Policy", "cross-origin")
            return response
        }
    }

    private static let missing = GeneralFault(
        .notFound,
        code: "widget-not-found",
        "there is no such widget"
    )
}
