import Core
import Testing

@testable import HTTP

@Suite struct EntityTagTests {
    @Test("A tag names the version and tells bodies apart")
    func tags() {
        let one = EntityTag.text(version: 7, body: Array("{\"a\":1}".utf8))
        #expect(one.hasPrefix("\"v7-"))
        #expect(one.hasSuffix("\""))
        #expect(one == EntityTag.text(version: 7, body: Array("{\"a\":1}".utf8)))
        #expect(one != EntityTag.text(version: 7, body: Array("{\"a\":2}".utf8)))
        #expect(!EntityTag.text(version: nil, body: []).contains("v"))
    }

    @Test("Every single byte of a body changes its tag, wherever it is")
    func everyByte() {
        let body = [UInt8](repeating: 0x61, count: 67)
        var tags: Set<String> = [EntityTag.text(version: nil, body: body)]
        for at in body.indices {
            var other = body
            other[at] = 0x62
            tags.insert(EntityTag.text(version: nil, body: other))
        }
        #expect(tags.count == 68)
    }

    @Test(
        "If-None-Match is a list, weakly compared (RFC 9110 section 13.1.2)",
        arguments: [
            ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true),
            ("\"b\"", false), ("a", false), ("", false),
        ]
    )
    func noneMatch(_ field: String, _ expected: Bool) {
        #expect(EntityTag.list(field, contains: "\"a\"") == expected)
    }

    @Test(
        "If-Match names versions",
        arguments: [
            ("\"v7-1f\"", [7]), ("W/\"v7-1f\"", [7]), ("\"v7\", \"v9\"", [7, 9]), ("*", nil),
            ("\"1f\"", []), ("\"vx\"", []), ("nonsense", []),
        ] as [(String, Set<Int>?)]
    )
    func match(_ field: String, _ expected: Set<Int>?) {
        #expect(EntityTag.versions(in: field) == expected)
    }
}
