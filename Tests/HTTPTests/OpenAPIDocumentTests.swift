import Core
import Testing

@testable import HTTP

@Suite struct OpenAPIDocumentTests {
    private static let thing: JSON = [
        "title": "Thing", "type": "object", "properties": ["next": ["$ref": "#/$defs/thing"]],
    ]

    private static let list: JSON = [
        "type": "array", "items": ["$ref": "#/$defs/thing"], "$defs": ["thing": thing],
    ]

    private func document(_ change: (inout Router) -> Void) throws -> OpenAPIDocument {
        var router = Router()
        change(&router)
        return try OpenAPIDocument(
            router.documented,
            title: "Test",
            version: "1",
            description: "A test.",
            tags: [("things", "Things.")]
        )
    }

    private func options(_ documentation: RouteDocumentation) -> RouteOptions {
        RouteOptions(documentation: documentation)
    }

    @Test("A route becomes an operation with its parameters, answers and problems")
    func operation() throws {
        let page = try document { router in
            router.get(
                "/things/{id}",
                options: options(
                    RouteDocumentation(
                        "getThing",
                        tag: "things",
                        "Shows a thing.",
                        parameters: [.init("full", in: .query, schema: ["type": "boolean"])],
                        answers: [.json(.ok, ["type": "object"], "It.", headers: ["ETag"])],
                        problems: [.notFound]
                    )
                )
            ) { _ in .noContent }
        }
        let operation = page.json["paths"]?["/things/{id}"]?["get"]
        #expect(operation?["operationId"] == "getThing")
        #expect(
            operation?["parameters"]?.array?.compactMap { $0["name"]?.string } == ["id", "full"]
        )
        #expect(operation?["parameters"]?[0]?["required"] == true)
        let responses = Set(operation?["responses"]?.object?.keys ?? [])
        #expect(
            responses == ["200", "400", "401", "403", "404", "413", "414", "429", "431", "503"]
        )
        #expect(
            operation?["responses"]?["404"]?["$ref"] == "#/components/responses/NotFound"
        )
        #expect(page.json["components"]?["headers"]?["ETag"] != nil)
        #expect(page.undescribed.isEmpty)
    }

    @Test("Titled schemas stand once and are referred to; local references lead there too")
    func components() throws {
        let page = try document { router in
            for (id, path) in [("a", "/a"), ("b", "/b")] {
                router.get(
                    path,
                    options: options(
                        RouteDocumentation(
                            id,
                            tag: "things",
                            "A thing.",
                            answers: [.json(.ok, Self.list, "It.")]
                        )
                    )
                ) { _ in .noContent }
            }
        }
        let reference: JSON = ["$ref": "#/components/schemas/Thing"]
        for path in ["/a", "/b"] {
            let answer = page.json["paths"]?[path]?["get"]?["responses"]?["200"]
            let schema = answer?["content"]?["application/json"]?["schema"]
            #expect(schema == ["type": "array", "items": reference])
        }
        let schemas = page.json["components"]?["schemas"]
        #expect(schemas?["Thing"]?["properties"]?["next"] == reference)
        #expect(schemas?.object?.keys == ["Problem", "Thing"])
    }

    @Test("Aliases are named with their operation, pages are left out, the rest is reported")
    func visibility() throws {
        let page = try document { router in
            var documentation = RouteDocumentation(
                "list",
                tag: "others",
                "Lists.",
                answers: [.nothing]
            )
            router.get("/api/things", options: options(documentation)) { _ in .noContent }
            documentation.visibility = .alias(of: "/api/things")
            router.get("/things", options: options(documentation)) { _ in .noContent }
            router.get("/", options: options(.page)) { _ in .noContent }
            router.post("/forgotten") { _ in .noContent }
        }
        #expect(page.json["paths"]?.object?.keys == ["/api/things"])
        #expect(page.json["paths"]?["/api/things"]?["get"]?["x-aliases"] == ["/things"])
        #expect(page.json["tags"] == [["name": "others"]])
        #expect(page.undescribed == ["POST /forgotten"])
    }

    @Test("Two operations of one name, and two schemas of one title, stop the program")
    func conflicts() {
        func add(_ router: inout Router, _ id: String, _ path: String, _ schema: JSON) {
            router.get(
                path,
                options: options(
                    RouteDocumentation(
                        id,
                        tag: "things",
                        "A thing.",
                        answers: [.json(.ok, schema, "It.")]
                    )
                )
            ) { _ in .noContent }
        }
        #expect(throws: GeneralFault.self) {
            try document { router in
                add(&router, "same", "/a", true)
                add(&router, "same", "/b", true)
            }
        }
        #expect(throws: GeneralFault.self) {
            try document { router in
                add(&router, "a", "/a", ["title": "Thing", "type": "object"])
                add(&router, "b", "/b", ["title": "Thing", "type": "string"])
            }
        }
    }
}
