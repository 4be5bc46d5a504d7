import Core
import JSONata
import Testing

@Suite("An expression")
struct JSONataExpressionTests {
    private let environment = JSONataEnvironment(
        // 2023-11-14T22:13:20.123Z
        now: Timestamp(microseconds: 1_700_000_000_123_456),
        random: SeededRandom(seed: 1)
    )

    private func value(
        _ source: String,
        _ input: JSON? = nil,
        functions: JSONataLibrary = .standard
    ) throws -> JSON? {
        try JSONataExpression(source, functions: functions).evaluate(input, in: environment)
    }

    private func error(_ source: String, functions: JSONataLibrary = .standard) -> JSONataError? {
        do throws(JSONataError) {
            _ = try JSONataExpression(source, functions: functions).outcome(nil, in: environment)
            return nil
        } catch {
            return error
        }
    }

    @Test("A path reaches through arrays")
    func path() throws {
        #expect(try value("$sum(a.b)", ["a": [["b": 1], ["b": 2]]]) == 3)
    }

    @Test("Variables that are not bound in the source are free")
    func freeVariables() throws {
        let source =
            "($x := 1; $x + $states.input.y + $sum([1]) + $map([1], function($v){ $v + $w }))"
        #expect(try JSONataExpression(source).freeVariables == ["states", "w"])
        #expect(try JSONataExpression("$ & $$.a").freeVariables.isEmpty)
        #expect(try JSONataExpression("a@$p#$i.($p + $i)").freeVariables.isEmpty)
    }

    @Test("A function is told from nothing and from values")
    func outcome() throws {
        func outcome(_ source: String) throws -> JSONataOutcome {
            try JSONataExpression(source).outcome(nil, in: environment)
        }
        #expect(try outcome("$sum") == .function)
        #expect(try outcome("function(){1}") == .function)
        #expect(try outcome("nothing") == .undefined)
        #expect(try outcome("null") == .value(.null))
        #expect(try value("{'f': $sum}") == ["f": ""])
    }

    @Test("Numbers that are only passed on keep every digit")
    func exactness() throws {
        let input = try JSON(parsing: #"{"id": 12345678901234567890, "d": 0.12345678901234567890}"#)
        #expect(
            try value("[id, d]", input)?.text() == "[12345678901234567890,0.12345678901234567890]"
        )
        #expect(try value("id + 1", input) == 12_345_678_901_234_567_000.0)
        #expect(try value("id = 12345678901234567890", input) == true)
    }

    @Test("An error tells code, message, place and token")
    func errors() throws {
        let found = try #require(error("1 + $number('x')"))
        // Positions are behind the token, in UTF-16 code units, as the reference counts them.
        #expect(found.code == "D3030" && found.position == 12 && found.token == "number")
        #expect(found.message == #"Unable to cast value to a number: "x""#)
        #expect(found.value == "x" && found.description.hasPrefix("D3030: Unable"))
        let syntax = try #require(error("'é😀' + )"))
        #expect(syntax.code == "S0211" && syntax.position == 9 && syntax.token == ")")
    }

    @Test("The time is the environment's")
    func time() throws {
        #expect(try value("$millis()") == 1_700_000_000_123)
        #expect(try value("$now()") == "2023-11-14T22:13:20.123Z")
        #expect(try value("$now('[H01]:[m01] [z]', '+0530')") == "03:43 GMT+05:30")
        // What is greater than what is given comes from the environment's time.
        #expect(
            try value("$fromMillis($toMillis('06:30', '[H]:[m]'))") == "2023-11-14T06:30:00.000Z"
        )
    }

    @Test("Randomness is the environment's")
    func random() throws {
        #expect(try value("$random()") == .double(SeededRandom(seed: 1).unit()))
        #expect(try value("$sort($shuffle([1..20]))") == value("[1..20]"))
    }

    @Test("A library can be trimmed and added to")
    func library() throws {
        let library = try JSONataLibrary.standard.removing("eval")
            .adding("twice", signature: "<n-:n>", parameters: 1) { given, _ in
                given[0]?.double.map { .double($0 * 2) }
            }
            .adding("fail", signature: nil, parameters: 0) { _, _ throws(JSONataError) in
                throw JSONataError(code: "X1", message: "as wished")
            }
        #expect(try value("$twice(21)", functions: library) == 42)
        #expect(try value("$map([1, 2], $twice)", functions: library) == [2, 4])
        #expect(error("$twice('a')", functions: library)?.code == "T0410")
        #expect(error("$eval('1')", functions: library)?.code == "T1006")
        let failure = error("$fail()", functions: library)
        #expect(failure?.code == "X1" && failure?.message == "as wished")
        #expect(library.names.contains("twice") && !library.names.contains("eval"))
        #expect(throws: JSONataError.self) {
            try library.adding("x", signature: "<s<n>>", parameters: 1) { _, _ in nil }
        }
    }

    @Test("Bindings may hide functions")
    func bindings() throws {
        var environment = environment
        environment.bindings["sum"] = 5
        #expect(try JSONataExpression("$sum + 1").evaluate(nil, in: environment) == 6)
    }

    @Test("The States Language has functions of its own and no $eval")
    func statesLanguage() throws {
        let library = JSONataLibrary.statesLanguage { algorithm, bytes in
            Array(algorithm.utf8) + bytes
        }
        func value(_ source: String) throws -> JSON? { try self.value(source, functions: library) }
        #expect(try value("$partition([1, 2, 3, 4, 5], 2)") == [[1, 2], [3, 4], [5]])
        #expect(try value("$range(1, 9, 2)") == [1, 3, 5, 7, 9])
        #expect(try value("$range(3, 1, -1)") == [3, 2, 1])
        #expect(try value("$range(1, 0, 1)") == [])
        // "MD5" and "a" in hexadecimal.
        #expect(try value("$hash('a', 'MD5')") == "4d443561")
        #expect(error("$hash('a', 'CRC')", functions: library)?.code == "T0410")
        #expect(try value("$random(7) = $random(7)") == true)
        #expect(try value("$random() != $random()") == true)
        let id = try #require(try value("$uuid()")?.string)
        #expect(
            id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                != nil
        )
        #expect(try value(#"$parse('{"a": [1, null]}').a"#) == [1, nil])
        #expect(error("$parse('{')", functions: library)?.code == "D3150")
        #expect(error("$eval('1')", functions: library)?.code == "T1006")
    }
}
