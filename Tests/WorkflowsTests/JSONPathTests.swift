import Core
import Testing

@testable import Workflows

@Suite struct JSONPathTests {
    /// The store of Goessner's "JSONPath – XPath for JSON" (2007).
    static let store: JSON = [
        "store": [
            "book": [
                [
                    "category": "reference", "author": "Nigel Rees",
                    "title": "Sayings of the Century", "price": 8.95,
                ],
                [
                    "category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour",
                    "price": 12.99,
                ],
                [
                    "category": "fiction", "author": "Herman Melville", "title": "Moby Dick",
                    "isbn": "0-553-21311-3", "price": 8.99,
                ],
                [
                    "category": "fiction", "author": "J. R. R. Tolkien",
                    "title": "The Lord of the Rings", "isbn": "0-395-19395-8", "price": 22.99,
                ],
            ],
            "bicycle": ["color": "red", "price": 19.95],
        ],
        "limit": 10,
        "odd name": ["it's": 1],
    ]

    static let authors: JSON = [
        "Nigel Rees", "Evelyn Waugh", "Herman Melville", "J. R. R. Tolkien",
    ]

    static let goessner: [(String, JSON)] = [
        ("$.store.book[*].author", authors),
        ("$..author", authors),
        ("$.store..price", [8.95, 12.99, 8.99, 22.99, 19.95]),
        ("$..book[2].title", ["Moby Dick"]),
        ("$..book[-1:].title", ["The Lord of the Rings"]),
        ("$..book[0,1].title", ["Sayings of the Century", "Sword of Honour"]),
        ("$..book[:2].title", ["Sayings of the Century", "Sword of Honour"]),
        ("$..book[?(@.isbn)].title", ["Moby Dick", "The Lord of the Rings"]),
        ("$..book[?(@.price<10)].title", ["Sayings of the Century", "Moby Dick"]),
    ]

    @Test("Goessner's examples find what his page says", arguments: goessner)
    func examples(path: String, expected: JSON) throws {
        #expect(try JSONPath(reading: path).find(in: Self.store) == expected)
    }

    static let definite: [(String, JSON)] = [
        ("$", store),
        ("$.store.bicycle.color", "red"),
        ("$['store']['bicycle'][\"color\"]", "red"),
        ("$.store.book[0].title", "Sayings of the Century"),
        ("$.store.book[-1].title", "The Lord of the Rings"),
        ("$['odd name']['it\\'s']", 1),
        ("$.store.bicycle['color','price']", ["color": "red", "price": 19.95]),
    ]

    @Test("Definite paths find one value", arguments: definite)
    func one(path: String, expected: JSON) throws {
        let path = try JSONPath(reading: path)
        #expect(path.isDefinite)
        #expect(path.find(in: Self.store) == expected)
    }

    @Test(
        "A definite path that leads nowhere finds nothing",
        arguments: ["$.nothing", "$.store.book[4]", "$.limit.x", "$.store[0]", "$.store.book.x"]
    )
    func missing(path: String) throws {
        #expect(try JSONPath(reading: path).find(in: Self.store) == nil)
    }

    /// Recorded from AWS: test_json_path_array_wildcard_or_slice_with_no_input.
    @Test(
        "Any other path that leads nowhere finds an empty list",
        arguments: [
            "$[*]", "$.items[1:]", "$.items[:1]", "$.item.items[*]", "$.items[1:].v", "$..x",
        ]
    )
    func emptyList(path: String) throws {
        #expect(try JSONPath(reading: path).find(in: [:]) == [])
    }

    static let slices: [(String, JSON)] = [
        ("$[1:3]", [1, 2]), ("$[:2]", [0, 1]), ("$[3:]", [3, 4]), ("$[-2:]", [3, 4]),
        ("$[:-3]", [0, 1]), ("$[-3:-1]", [2, 3]), ("$[2:99]", [2, 3, 4]), ("$[3:1]", []),
        ("$[*]", [0, 1, 2, 3, 4]), ("$[0,-1]", [0, 4]), ("$[7,1]", [1]),
    ]

    @Test("Slices count from both ends and never run over", arguments: slices)
    func slice(path: String, expected: JSON) throws {
        #expect(try JSONPath(reading: path).find(in: [0, 1, 2, 3, 4]) == expected)
    }

    static let filters: [(String, JSON)] = [
        ("@.n == 1", ["a", "f"]), ("@.n != 1", ["b", "c", "d", "e"]), ("@.n > 1", ["b"]),
        ("@.n >= 1", ["a", "b", "f"]), ("@.n == '1'", ["c"]), ("@.n == null", ["d"]),
        ("@.n", ["a", "b", "c", "d", "f"]), ("!@.n", ["e"]), ("@.n in [1,'1']", ["a", "c", "f"]),
        ("@.n nin [1,'1']", ["b", "d", "e"]), ("@.n == 1 && @.m == true", ["f"]),
        ("@.n == 2 || @.m", ["b", "f"]), ("!(@.n == 1 || @.n == 2)", ["c", "d", "e"]),
        ("@.n == $.one", ["a", "f"]), ("1 == @['n']", ["a", "f"]),
    ]

    @Test("Filters compare by type", arguments: filters)
    func filter(test: String, expected: JSON) throws {
        let document: JSON = [
            "one": 1,
            "all": [
                ["id": "a", "n": 1], ["id": "b", "n": 2], ["id": "c", "n": "1"],
                ["id": "d", "n": nil], ["id": "e"], ["id": "f", "n": 1.0, "m": true],
            ],
        ]
        #expect(try JSONPath(reading: "$.all[?(\(test))].id").find(in: document) == expected)
    }

    /// Text that would be read by calls within calls, or values that would be made by them.
    @Test(
        "A path that is too long or nested too deep is refused",
        arguments: [
            "$" + String(repeating: ".a", count: 201),
            "$[?(" + String(repeating: "(", count: 100_000) + "@.a",
            "$[?(" + String(repeating: "!", count: 100_000) + "@.a)]",
            "$" + String(repeating: "[?(@.a", count: 100_000),
            "$[?(@.a in " + String(repeating: "[", count: 100_000),
            "$[?(@.a" + String(repeating: " && @.a", count: 500) + ")]",
        ]
    )
    func tooLong(path: String) {
        #expect(throws: SyntaxProblem.self) { try JSONPath(reading: path) }
    }

    @Test("A path of 200 names and a filter 30 levels deep are read")
    func longest() throws {
        #expect(try JSONPath(reading: "$" + String(repeating: ".a", count: 200)).isReference)
        let (open, close) = (String(repeating: "(", count: 30), String(repeating: ")", count: 30))
        #expect(
            try JSONPath(reading: "$[?(\(open)@.a\(close))]").find(in: [["a": 1]]) == [["a": 1]]
        )
    }

    @Test("A path that multiplies what it finds is given up")
    func multiplying() throws {
        // Of 60 arrays within each other: 2 to the power of 60.
        let value = (0..<60).reduce(JSON.null) { inner, _ in [inner] }
        let path = try JSONPath(reading: "$" + String(repeating: "[0,0]", count: 60))
        #expect(path.find(in: value) == nil)
        let filter = try JSONPath(reading: "$[?(@" + String(repeating: "[0,0]", count: 60) + ")]")
        #expect(filter.find(in: value) == nil)
    }

    @Test("Recursive descent visits parents before children")
    func descent() throws {
        // The object under the outer a, then its own a, then the one in the list.
        let document: JSON = ["a": ["a": 1], "b": [["a": 2]]]
        #expect(try JSONPath(reading: "$..a").find(in: document) == [["a": 1], 1, 2])
        // The root's members, then theirs.
        #expect(
            try JSONPath(reading: "$..*").find(in: document)
                == [["a": 1], [["a": 2]], 1, ["a": 2], 2]
        )
    }

    @Test(
        "What is no path is refused with its place",
        arguments: [
            ("", 1), ("a", 1), ("$.", 3), ("$..", 4), ("$[", 3), ("$['a'", 6), ("$[a]", 3),
            ("$.a b", 4), ("$[1:2:3]", 6), ("$.a.length()", 11), ("@.a", 4), ("$x y", 3),
            ("$[?(@.a =~ /x/)]", 9), ("$[?(@.a ==)]", 11), ("$.a'b", 4),
        ]
    )
    func refused(path: String, place: Int) {
        #expect {
            _ = try JSONPath(reading: path)
        } throws: { error in
            (error as? SyntaxProblem)?.message.contains("at character \(place) of") ?? false
        }
    }

    static let puts: [(String, JSON, JSON?)] = [
        ("$.a", ["b": 1], ["b": 1, "a": 9]), ("$.a", ["a": 1], ["a": 9]),
        ("$.a.b.c", [:], ["a": ["b": ["c": 9]]]), ("$.a[1]", ["a": [1, 2]], ["a": [1, 9]]),
        ("$.a[1].x", ["a": [1, [:]]], ["a": [1, ["x": 9]]]), ("$.a", 5, .none),
        ("$.a.b", ["a": 5], .none), ("$.a[2]", ["a": [1, 2]], .none), ("$.a[0]", [:], .none),
    ]

    @Test("A result is put where a reference path points", arguments: puts)
    func put(path: String, value: JSON, expected: JSON?) throws {
        let path = try JSONPath(reading: path)
        #expect(path.isReference)
        #expect(path.put(9, into: value) == expected)
    }
}
