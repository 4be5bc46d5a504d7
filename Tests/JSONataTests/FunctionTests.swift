import Core
import JSONata
import Testing

/// Expected values are from the reference implementation (version 2.2.2 under Node 20) unless said otherwise.
@Suite("Functions")
struct FunctionTests {
    private let environment = JSONataEnvironment(
        now: Timestamp(microseconds: 1_700_000_000_000_000),
        random: SeededRandom(seed: 1)
    )

    private func value(_ source: String) throws -> JSON? {
        try JSONataExpression(source).evaluate(nil, in: environment)
    }

    @Test(
        "Numbers are written as JavaScript writes them, fractions with 15 digits",
        arguments: [
            ("1/3", "0.333333333333333"), ("0.1+0.2", "0.3"), ("1e21", "1e+21"), ("1e-7", "1e-7"),
            ("123456789012345680000", "123456789012345680000"), ("0.000001", "0.000001"),
            ("5e-324", "5e-324"), ("-1.5", "-1.5"), ("0*-1", "0"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"), ("100/3", "33.3333333333333"),
        ]
    )
    func numberText(_ source: String, _ text: String) throws {
        #expect(try value("$string(\(source))") == .string(text))
    }

    @Test(
        "Patterns mean what they mean in JavaScript",
        arguments: [
            (#"$match("a\nb", /a.b/)"#, nil), (#"$match("a\nb", /a$/m).match"#, "a"),
            (#"$match("a\n", /a$/)"#, nil), (#"$replace("\u00a0\ufeffx", /\s/, "_")"#, "__x"),
            (#"$replace("é1", /\w/, "_")"#, "é_"), (#"$replace("٣3", /\d/, "_")"#, "٣_"),
            (#"$match("ab", /(x)?b\1/).match"#, "b"), (#"$replace("aA", /a/i, "-")"#, "--"),
            (#"$replace("v\u000bv", /\v/, "-")"#, "v-v"),
            (#"$replace("[:a", /[\[:]/, "-")"#, "--a"),
            (#"$match("aZ", /\Z/).match"#, "Z"), (#"$match("x{,2}", /x{,2}/).match"#, "x{,2}"),
            (#"$match("a😀b", /b/).index"#, 3), (#"$match("😀", /\uD83D\uDE00/).index"#, 0),
            (#"$replace("abc", /(?<n>b)\k<n>?/, "$1$1")"#, "abbc"),
        ] as [(String, JSON?)]
    )
    func patterns(_ source: String, _ expected: JSON?) throws {
        #expect(try value(source) == expected)
    }

    @Test(
        "What only PCRE2 knows is refused",
        arguments: [
            "/(?R)/", "/(?1)/", "/(*UTF)a/", "/a++/", "/a*+/", "/(?i)a/", "/(?>a)/", "/(?#c)/",
            "/(?P<n>a)/", "/(?(1)a)/", "/*a/", "/a{2}{3}/", "/(/", "/[/",
        ]
    )
    func refusedPatterns(_ pattern: String) {
        let error = #expect(throws: JSONataError.self) { try value("$match('a', \(pattern))") }
        #expect(error?.code.hasPrefix("S0") == true)
    }

    @Test(
        "Strings are compared by UTF-16 code units",
        arguments: [
            (#""😀" < "\uffff""#, true), (#""Z" < "a""#, true), (#""é" = "e\u0301""#, false),
            (#"$length("😀")"#, 1), (#"$substring("😀b", 1)"#, "b"),
            (#"$sort(["\uffff", "😀"])"#, ["😀", "\u{FFFF}"]),
            (#"$length("\uD83D" & "\uDE00")"#, 1), (#"$encodeUrl("\uD83D\uDE00")"#, "%F0%9F%98%80"),
        ] as [(String, JSON)]
    )
    func strings(_ source: String, _ expected: JSON) throws {
        #expect(try value(source) == expected)
    }

    @Test(
        "Times are written and read by picture",
        arguments: [
            (
                #"$fromMillis(1510067557121, "[FNn], [D1o] [MNn] [Y]")"#,
                "Tuesday, 7th November 2017"
            ),
            (#"$fromMillis(1104537600000, "[X]-W[W01]-[F1]")"#, "2004-W53-6"),
            (#"$fromMillis(1510067557121, "[H01]:[m01] [z]", "-0500")"#, "10:12 GMT-05:00"),
            (#"$fromMillis(1510067557121, "[h]:[m01] [PN]")"#, "3:12 PM"),
            (#"$toMillis("21st August 2017", "[D1o] [MNn] [Y]")"#, 1_503_273_600_000),
            (#"$toMillis("2018-06-01T10:00:00+05:30")"#, 1_527_827_400_000),
            (#"$toMillis("0050-01-01")"#, -60_589_296_000_000),
        ] as [(String, JSON)]
    )
    func times(_ source: String, _ expected: JSON) throws {
        #expect(try value(source) == expected)
    }

    @Test(
        "Numbers are written and read by picture",
        arguments: [
            (##"$formatNumber(1234.5, "#,##0.00")"##, "1,234.50"),
            (#"$formatNumber(0.000234, "0.00e00")"#, "2.34e-04"),
            (#"$formatNumber(-5.5, "0.0;(0.0)")"#, "(5.5)"),
            (#"$formatNumber(0.14, "01%")"#, "14%"),
            (#"$formatInteger(1999, "I")"#, "MCMXCIX"), (#"$formatInteger(703, "a")"#, "aaa"),
            (#"$formatInteger(123, "w;o")"#, "one hundred and twenty-third"),
            (#"$formatInteger(112, "1;o")"#, "112th"),
            (#"$parseInteger("one million, two hundred and four", "w")"#, 1_000_204),
            (#"$round(2.5)"#, 2), (#"$round(2.345, 2)"#, 2.34), (#"$round(155, -1)"#, 160),
            (#"$formatBase(-255, 16)"#, "-ff"), (#"$number("0b101")"#, 5),
        ] as [(String, JSON)]
    )
    func pictures(_ source: String, _ expected: JSON) throws {
        #expect(try value(source) == expected)
    }
}
