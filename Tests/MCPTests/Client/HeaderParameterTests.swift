import Core
import Testing

@testable import MCP

/// The table of encodings is that of the specification of 2026-07-28, "Value Encoding".
@Suite struct HeaderParameterTests {
    @Test(
        "Values are written as the specification's table has them",
        arguments: [
            ("us-west1", "us-west1"),
            ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
            (" padded ", "=?base64?IHBhZGRlZCA=?="),
            ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
            ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
            ("", ""), ("a b", "a b"), ("=?base64?", "=?base64?"),
        ]
    )
    func encodes(_ value: String, _ field: String) {
        #expect(HeaderParameter.encoded(value) == field)
    }

    @Test("Whole numbers beyond 53 bits cannot be sent exactly, and are refused")
    func numbers() throws {
        let parameter = HeaderParameter(path: ["a", "n"], name: "N")
        func value(_ number: JSON) throws -> String? {
            try parameter.value(in: ["a": ["n": number]])
        }
        #expect(try value(-7) == "-7")
        #expect(try value(9_007_199_254_740_991) == "9007199254740991")
        #expect(throws: OutsideFault.self) { try value(9_007_199_254_740_992) }
        #expect(try value(-9_007_199_254_740_991) == "-9007199254740991")
        #expect(throws: OutsideFault.self) { try value(.number(JSONNumber(Int64.min))) }
        #expect(throws: OutsideFault.self) { try value(.number(JSONNumber(Int64.max))) }
        #expect(throws: OutsideFault.self) { try value(1.5) }
        #expect(try value(.null) == nil)
        #expect(try value(["x"]) == nil)
        #expect(try parameter.value(in: ["a": 1]) == nil)
    }

    @Test("Nullable types are taken, and schemas nested without end are not")
    func types() throws {
        let nullable: JSON = [
            "properties": ["a": ["type": ["string", "null"], "x-mcp-header": "A"]]
        ]
        #expect(try HeaderParameter.all(of: nullable).map(\.name) == ["A"])
        var deep: JSON = ["type": "string"]
        for _ in 0..<100 { deep = ["properties": ["p": deep]] }
        #expect(throws: HeaderParameter.Invalid.self) { try HeaderParameter.all(of: deep) }
    }
}
