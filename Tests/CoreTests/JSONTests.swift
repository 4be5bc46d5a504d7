import Core
import Testing

@Suite struct JSONTests {
    @Test(
        "Numbers keep their exact value and text",
        arguments: [
            "0", "-0", "1", "-17", "9223372036854775807", "-9223372036854775808",
            "9223372036854775808", "12345678901234567890", "0.1", "0.10", "1e3", "1.5E-7",
            "0.1234567890123456789012345",
        ]
    )
    func exactNumbers(_ text: String) throws {
        #expect(try JSON(parsing: text).text() == text)
    }

    @Test(
        "Numbers are equal when their values are, however they are written",
        arguments: [("1", "1.0"), ("100", "1e2"), ("0.10", "0.1"), ("-0", "0"), ("1.5e1", "15")]
    )
    func numericEquality(_ left: String, _ right: String) throws {
        #expect(try JSON(parsing: left) == JSON(parsing: right))
        #expect(try JSON(parsing: left).hashValue == JSON(parsing: right).hashValue)
    }

    @Test("Numbers that differ in a far digit are not equal")
    func farDigit() throws {
        let left = try JSON(parsing: "0.1000000000000000000001")
        #expect(try left != JSON(parsing: "0.1"))
    }

    @Test(
        "Anything RFC 8259 forbids is refused",
        arguments: [
            "", " ", "01", "1.", ".5", "+1", "1e", "--1", "NaN", "tru", "nul", "[1,]", "[1 2]",
            "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "'a'", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"", "\"\t\"", "\"abc", "[", "{", "1 1", "\u{FEFF}1",
            "{\"a\":1,\"a\":2}",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
    }

    @Test("Broken UTF-8 is refused")
    func brokenUTF8() {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test("A mistake is told with its line and column")
    func place() {
        #expect { try JSON(parsing: "{\n  \"a\": 1,\n  \"b\": ?\n}") } throws: { error in
            let error = error as? JSONSyntaxError
            return error?.line == 3 && error?.column == 8
        }
    }

    @Test("Nesting is bounded")
    func depth() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try JSON(parsing: deep).array?.count == 1)
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "[" + deep + "]") }
    }

    @Test("Escapes are read and written")
    func escapes() throws {
        let parsed = try JSON(parsing: #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude9a""#)
        #expect(parsed == .string("\"\\/\u{8}\u{C}\n\r\té🚚"))
        #expect(parsed.text() == "\"\\\"\\\\/\\b\\f\\n\\r\\té🚚\"")
        #expect(JSON.string("\u{1}\u{1F}").text() == "\"\\u0001\\u001f\"")
    }

    /// The example of RFC 8785, section 3.2.2.
    @Test("The canonical form is RFC 8785's")
    func canonical() throws {
        let input = """
            {"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
             "string":"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
             "literals":[null,true,false]}
            """
        let output =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try JSON(parsing: input).text(.canonical) == output)
    }

    @Test("Canonical members are sorted by UTF-16 code units")
    func canonicalOrder() throws {
        // RFC 8785 section 3.2.3: the order of these keys, given by their code units.
        let input = #"{"€":1,"\r":2,"\ufb33":3,"1":4,"😀":5,"\u0080":6,"ö":7}"#
        let keys = try JSON(parsing: try JSON(parsing: input).text(.canonical)).object?.keys
        #expect(keys == ["\r", "1", "\u{80}", "ö", "€", "😀", "\u{FB33}"])
    }

    @Test("Large objects keep order, look up by key, and forget removed members")
    func largeObject() {
        var object = JSONObject((0..<100).map { ("k\($0)", .int($0)) })
        object["k50"] = nil
        object["k7"] = "seven"
        #expect(object.count == 99 && object["k50"] == nil && object["k99"] == 99)
        #expect(object.keys.prefix(3) == ["k0", "k1", "k2"] && object["k7"] == "seven")
    }
}

@Suite struct JSONReaderTests {
    private let order: JSON = ["items": [["width": 5], ["width": "wide"]], "a/b~c": 1]

    @Test("A wrong type is told with its pointer")
    func pointer() throws {
        let items = try JSONReader(order).member("items").array()
        #expect(try items[0].member("width").int() == 5)
        #expect { try items[1].member("width").int() } throws: { error in
            let fault = error as? GeneralFault
            return fault?.pointer == "/items/1/width"
                && fault?.message == "expected a whole number, found \"wide\""
        }
    }

    @Test("Lengths are counted in code points: marks upon one letter are no way around a limit")
    func lengths() throws {
        // A letter and three combining marks: one character to the eye, four code points.
        let marked = JSONReader(["name": "a\u{301}\u{302}\u{303}"])
        #expect(try marked.member("name").string(length: 4...4).count == 1)
        #expect { try marked.member("name").string(length: 0...3) } throws: {
            ($0 as? GeneralFault)?.message == "must have 0 to 3 characters, has 4"
        }
    }

    @Test("An unknown field names its nearest known one, with the pointer escaped")
    func unknownField() {
        #expect { try JSONReader(["widht": 1]).onlyKeys(["width", "height"]) } throws: {
            ($0 as? GeneralFault)?.message
                == "\"widht\" is not a known field; did you mean \"width\"?"
        }
        #expect { try JSONReader(order).onlyKeys(["items"]) } throws: {
            ($0 as? GeneralFault)?.pointer == "/a~1b~0c"
        }
    }
}
