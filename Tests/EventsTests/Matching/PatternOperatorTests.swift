import Core
import Events
import Testing

/// Whether a pattern matches an event, both as JSON text.
func matches(_ pattern: String, _ event: String) throws -> Bool {
    let machine = PatternMachine([try Pattern(JSON(parsing: pattern))])
    return try machine.rules(matching: Array(event.utf8)) == [0]
}

/// One alternative, a value, and whether event-ruler's documentation has it match.
private let operatorCases: [(String, String, Bool)] = [
    (#""a""#, #""a""#, true), (#""a""#, #""A""#, false), (#""a""#, "null", false),
    (#""1""#, "1", false), ("1", #""1""#, false),
    ("300", "300.0", true), ("300", "3.0e2", true), ("300.0", "300", true),
    ("3.0e2", "300", true), ("300", "301", false), ("-0", "0", true), ("0.1", "1e-1", true),
    // More digits than a double holds: equal only when written alike.
    ("12345678901234567890", "12345678901234567890", true),
    ("12345678901234567890", "12345678901234567891", false),
    ("12345678901234567890", "1.234567890123456789e19", false),
    ("true", "true", true), ("true", "false", false), ("true", #""true""#, false),
    ("null", "null", true), ("null", #""null""#, false), ("null", "0", false),
    (#"{"prefix":"ab"}"#, #""abc""#, true), (#"{"prefix":"ab"}"#, #""ab""#, true),
    (#"{"prefix":"ab"}"#, #""a""#, false), (#"{"prefix":"ab"}"#, #""cab""#, false),
    (#"{"prefix":""}"#, #""x""#, true), (#"{"prefix":""}"#, #""""#, true),
    (#"{"prefix":""}"#, "1", false), (#"{"prefix":"1"}"#, "12", false),
    (#"{"prefix":"é"}"#, #""éa""#, true), (#"{"prefix":"é"}"#, #""\u00e9a""#, true),
    (#"{"prefix":{"equals-ignore-case":"aB"}}"#, #""AbC""#, true),
    (#"{"prefix":{"equals-ignore-case":"aB"}}"#, #""Ac""#, false),
    (#"{"prefix":{"equals-ignore-case":"É"}}"#, #""éa""#, true),
    (#"{"prefix":{"equals-ignore-case":"s"}}"#, #""ß""#, false),
    (#"{"suffix":"bc"}"#, #""abc""#, true), (#"{"suffix":"bc"}"#, #""bcd""#, false),
    (#"{"suffix":"€"}"#, #""5 €""#, true), (#"{"suffix":""}"#, #""x""#, true),
    (#"{"suffix":{"equals-ignore-case":".PNG"}}"#, #""a.png""#, true),
    (#"{"suffix":{"equals-ignore-case":".PNG"}}"#, #""a.jpg""#, false),
    (#"{"equals-ignore-case":"aLiCe"}"#, #""ALICE""#, true),
    (#"{"equals-ignore-case":"alice"}"#, #""alices""#, false),
    (#"{"equals-ignore-case":"Ⱥb"}"#, #""ⱥB""#, true),
    ("{\"equals-ignore-case\":\"\u{3B0}\"}", "\"\u{3A5}\u{308}\u{301}\"", true),
    (#"{"equals-ignore-case":"k"}"#, "\"\u{212A}\"", false),
    (#"{"equals-ignore-case":"1"}"#, "1", false),
    (#"{"wildcard":"*.png"}"#, #""a.png""#, true),
    (#"{"wildcard":"*.png"}"#, #""a.png2""#, false),
    (#"{"wildcard":"a*b*c"}"#, #""abc""#, true),
    (#"{"wildcard":"a*b*c"}"#, #""aXbYbZc""#, true),
    (#"{"wildcard":"a*b*c"}"#, #""acb""#, false), (#"{"wildcard":"a*a"}"#, #""a""#, false),
    (#"{"wildcard":"*"}"#, #""""#, true), (#"{"wildcard":"*"}"#, "1", false),
    (#"{"wildcard":""}"#, #""""#, true), (#"{"wildcard":""}"#, #""x""#, false),
    (#"{"wildcard":"abc"}"#, #""abc""#, true),
    (#"{"wildcard":"a\\*c"}"#, #""a*c""#, true), (#"{"wildcard":"a\\*c"}"#, #""abc""#, false),
    (#"{"wildcard":"a\\\\*"}"#, #""a\\b""#, true),
    (#"{"wildcard":"*aab*"}"#, #""aaab""#, true),
    (#"{"wildcard":"*a*b*"}"#, #""xxbxxa""#, false),
    (#"{"numeric":["=",3.018e2]}"#, "301.8", true), (#"{"numeric":["=",5]}"#, "5.0", true),
    (#"{"numeric":["=",5]}"#, #""5""#, false), (#"{"numeric":["<",10]}"#, "9.99", true),
    (#"{"numeric":["<",10]}"#, "10", false), (#"{"numeric":["<=",10]}"#, "10", true),
    (#"{"numeric":[">",0,"<=",5]}"#, "5", true), (#"{"numeric":[">",0,"<=",5]}"#, "0", false),
    (#"{"numeric":[">=",0,"<",5]}"#, "0", true), (#"{"numeric":[">=",0,"<",5]}"#, "5", false),
    (#"{"numeric":[">",-1e-5]}"#, "-1e-6", true), (#"{"numeric":[">",-1e-5]}"#, "null", false),
    (#"{"numeric":["<",1e300]}"#, "-1e308", true),
    // Neither bound can be compared with a number that no double holds.
    (#"{"numeric":[">",0]}"#, "12345678901234567891", false),
    (#"{"numeric":["=",1E-320]}"#, "1e-320", true),
    (#"{"anything-but":"a"}"#, #""b""#, true), (#"{"anything-but":"a"}"#, #""a""#, false),
    (#"{"anything-but":"a"}"#, "1", true), (#"{"anything-but":"a"}"#, "null", true),
    (#"{"anything-but":["a","b"]}"#, #""b""#, false),
    (#"{"anything-but":["a","b"]}"#, #""c""#, true),
    (#"{"anything-but":123}"#, "123.0", false), (#"{"anything-but":123}"#, "124", true),
    (#"{"anything-but":123}"#, #""123""#, true),
    (#"{"anything-but":[100,200]}"#, "2e2", false),
    (#"{"anything-but":[100,200]}"#, "12345678901234567891", true),
    (#"{"anything-but":{"prefix":"in"}}"#, #""init""#, false),
    (#"{"anything-but":{"prefix":"in"}}"#, #""out""#, true),
    (#"{"anything-but":{"prefix":["in","ou"]}}"#, #""out""#, false),
    (#"{"anything-but":{"prefix":"1"}}"#, "12", true),
    (#"{"anything-but":{"suffix":"it"}}"#, #""init""#, false),
    (#"{"anything-but":{"suffix":["x","it"]}}"#, #""ini""#, true),
    (#"{"anything-but":{"equals-ignore-case":"Stop"}}"#, #""sTOP""#, false),
    (#"{"anything-but":{"equals-ignore-case":["Stop","Go"]}}"#, #""gone""#, true),
    (#"{"anything-but":{"wildcard":"*/bin/*.jar"}}"#, #""a/bin/b.jar""#, false),
    (#"{"anything-but":{"wildcard":["*.jar","x*"]}}"#, #""a.class""#, true),
    (#"{"anything-but":{"wildcard":["*.jar","x*"]}}"#, #""xa""#, false),
    (#"{"cidr":"10.0.0.0/24"}"#, #""10.0.0.255""#, true),
    (#"{"cidr":"10.0.0.0/24"}"#, #""10.0.1.0""#, false),
    (#"{"cidr":"10.0.0.7/24"}"#, #""10.0.0.1""#, true),
    (#"{"cidr":"0.0.0.0/0"}"#, #""255.1.2.3""#, true),
    (#"{"cidr":"0.0.0.0/0"}"#, #""::1""#, false),
    (#"{"cidr":"10.0.0.0/24"}"#, #""10.0.0.256""#, false),
    (#"{"cidr":"10.0.0.0/24"}"#, #""10.0.0""#, false),
    (#"{"cidr":"2001:db8::/32"}"#, #""2001:db8:0:1:2:3:4:5""#, true),
    (#"{"cidr":"2001:db8::/32"}"#, #""2001:DB9::""#, false),
    (#"{"cidr":"::/0"}"#, #""fe80::1""#, true),
    // An exact address is that address, however it is written.
    (#""::1""#, #""0:0:0:0:0:0:0:1""#, true), (#""10.0.0.33""#, #""10.0.0.33""#, true),
    (#"{"exists":true}"#, #""""#, true), (#"{"exists":true}"#, "null", true),
    (#"{"exists":true}"#, "{}", false), (#"{"exists":true}"#, #"{"x":1}"#, false),
    (#"{"exists":true}"#, "[]", false), (#"{"exists":true}"#, "[[1]]", true),
    (#"{"exists":false}"#, "[]", true), (#"{"exists":false}"#, #"{"x":1}"#, true),
    (#"{"exists":false}"#, "null", false), (#"{"exactly":"10.0.0.1"}"#, #""10.0.0.1""#, true),
]

@Suite struct PatternOperatorTests {
    @Test("Each operator accepts what event-ruler's does", arguments: operatorCases)
    func operators(_ alternative: String, _ value: String, _ expected: Bool) throws {
        #expect(try matches(#"{"a":["# + alternative + "]}", #"{"a":"# + value + "}") == expected)
        // The same among other patterns of the same field, and with white space in the event.
        let others = [
            #"{"a":["zz",{"prefix":"zz"},{"suffix":"zz"},{"wildcard":"z*z*z"}]}"#,
            #"{"a":[{"anything-but":{"prefix":"qq"}}]}"#, #"{"a":[{"numeric":[">",1e9]}]}"#,
            #"{"a":["# + alternative + "]}", #"{"b":[{"exists":true}]}"#,
            #"{"a":[{"exists":false}]}"#,
        ]
        let machine = PatternMachine(try others.map { try Pattern(JSON(parsing: $0)) })
        let event = "\t{ \"c\" : [1,{}] ,\r\n \"a\" : " + value + " }\n"
        #expect(try machine.rules(matching: Array(event.utf8)).contains(3) == expected)
    }

    @Test(
        "Alternatives of one leaf are joined by or",
        arguments: [
            (#"[{"anything-but":"ab"},{"prefix":"a"}]"#, #""ab""#, true),
            (#"[{"anything-but":"a"},{"anything-but":"b"}]"#, #""a""#, true),
            (#"[{"anything-but":["a","b"]},{"anything-but":["b"]}]"#, #""b""#, false),
            (#"[{"numeric":["<",0]},{"numeric":[">",9]},5]"#, "5", true),
            (#"[{"numeric":["<",0]},{"numeric":[">",9]},5]"#, "10", true),
            (#"[{"numeric":["<",0]},{"numeric":[">",9]},5]"#, "7", false),
            (#"[{"numeric":["<",5]},{"numeric":["<=",5]},{"numeric":[">",3]}]"#, "5", true),
            (#"[{"exists":false},"x"]"#, #""x""#, true),
            (#"[{"exists":false},"x"]"#, #""y""#, false),
            (#"[{"exists":true},"x"]"#, "0", true),
        ]
    )
    func alternatives(_ list: String, _ value: String, _ expected: Bool) throws {
        #expect(try matches(#"{"a":"# + list + "}", #"{"a":"# + value + "}") == expected)
    }

    @Test(
        "Leaves are joined by and, $or by or, with its fields beside the others",
        arguments: [
            (#"{"a":["x"],"$or":[{"b":[1]},{"c":[2]}]}"#, #"{"a":"x","c":2}"#, true),
            (#"{"a":["x"],"$or":[{"b":[1]},{"c":[2]}]}"#, #"{"a":"y","c":2}"#, false),
            (#"{"$or":[{"b":[1]},{"c":[2]}],"a":["x"]}"#, #"{"a":"x","c":3}"#, false),
            (#"{"$or":[{"b":[1]},{"c":[2]}]}"#, #"{"b":1,"c":2}"#, true),
            (#"{"d":{"$or":[{"b":[1]},{"c":[2]}]}}"#, #"{"d":{"c":2}}"#, true),
            (#"{"d":{"$or":[{"b":[1]},{"c":[2]}]}}"#, #"{"c":2}"#, false),
            (
                #"{"$or":[{"a":[1]},{"b":[2],"$or":[{"c":[3]},{"d":[4]}]}],"e":[5]}"#,
                #"{"b":2,"d":4,"e":5}"#, true
            ),
            (
                #"{"$or":[{"a":[1]},{"b":[2],"$or":[{"c":[3]},{"d":[4]}]}],"e":[5]}"#,
                #"{"b":2,"d":5,"e":5}"#, false
            ),
            (#"{"$or":[{"a":[1]},{"a":[2]}],"$x":[1]}"#, #"{"a":2,"$x":1}"#, true),
            // A dot within a name separates names.
            (#"{"a.b":[1]}"#, #"{"a":{"b":1}}"#, true), (#"{"a":{"b":[1]}}"#, #"{"a.b":1}"#, true),
            (#"{"a":{"b.c":[1]}}"#, #"{"a.b":{"c":1}}"#, true),
            (#"{"a":[1],"a.b":[2]}"#, #"{"a":[1,{"b":2}]}"#, true),
            // A name that comes twice has two values.
            (#"{"a":[1]}"#, #"{"a":1,"a":2}"#, true), (#"{"a":[2]}"#, #"{"a":1,"a":2}"#, true),
            (#"{"\u0061\"":[1]}"#, #"{"a\"":1}"#, true), (#"{"":[1]}"#, #"{"":1}"#, true),
            (#"{"a name of many letters":[1]}"#, #"{"a name of many letters":1}"#, true),
            (#"{"a name of many letters":[1]}"#, #"{"a name of more letters":1}"#, false),
            (#"{"a":{"b":[1]}}"#, #"{"a":{"b":2},"x":{"b":1}}"#, false),
        ]
    )
    func structure(_ pattern: String, _ event: String, _ expected: Bool) throws {
        #expect(try matches(pattern, event) == expected)
    }

    @Test(
        "A malformed pattern is refused with its place",
        arguments: [
            ("{}", ""), ("[1]", ""), (#"{"a":"x"}"#, "/a"), (#"{"a":null}"#, "/a"),
            (#"{"a":{}}"#, "/a"), (#"{"a":[]}"#, "/a"),
            (#"{"a":[["x"]]}"#, "/a/0"), (#"{"a":[{"prefix":1}]}"#, "/a/0"),
            (#"{"a":[{"x":2}]}"#, "/a/0"), (#"{"a":[{}]}"#, "/a/0"),
            (#"{"a":{"b":[{"prefix":"x","exists":true}]}}"#, "/a/b/0"),
            (#"{"a":[1,{"exactly":33}]}"#, "/a/1"), (#"{"a":[{"suffix":[1,2]}]}"#, "/a/0"),
            (#"{"a":[{"prefix":["x"]}]}"#, "/a/0"), (#"{"a":[{"cidr":"foo"}]}"#, "/a/0"),
            (#"{"a":[{"cidr":"10.0.0.0/32"}]}"#, "/a/0"), (#"{"a":[{"cidr":"::/128"}]}"#, "/a/0"),
            (#"{"a":[{"cidr":"10.0.0.0"}]}"#, "/a/0"), (#"{"a":[{"cidr":"10.0.0.0/-1"}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":["x",1]}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":[]}]}"#, "/a/0"), (#"{"a":[{"anything-but":true}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":[null]}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":{"foo":"x"}}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":{"prefix":""}}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":{"suffix":["1",""]}}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":{"prefix":27}}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":{"prefix":"x","suffix":"y"}}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":{"wildcard":"a**b"}}]}"#, "/a/0"),
            (#"{"a":[{"anything-but":{"equals-ignore-case":[1]}}]}"#, "/a/0"),
            (#"{"a":[{"equals-ignore-case":["abc"]}]}"#, "/a/0"),
            (#"{"a":[{"prefix":{"equals-ignore-case":["abc"]}}]}"#, "/a/0"),
            (#"{"a":[{"suffix":{"wildcard":"abc"}}]}"#, "/a/0"),
            (#"{"a":[{"wildcard":"a**b"}]}"#, "/a/0"), (#"{"a":[{"wildcard":"a\\b"}]}"#, "/a/0"),
            (#"{"a":[{"wildcard":"a\\"}]}"#, "/a/0"), (#"{"a":[{"exists":"true"}]}"#, "/a/0"),
            (#"{"a":[{"numeric":["!=",1]}]}"#, "/a/0"), (#"{"a":[{"numeric":["="]}]}"#, "/a/0"),
            (#"{"a":[{"numeric":["=","1"]}]}"#, "/a/0"), (#"{"a":[{"numeric":"=1"}]}"#, "/a/0"),
            (#"{"a":[{"numeric":["<",1,">",0]}]}"#, "/a/0"),
            (#"{"a":[{"numeric":[">",1,"<",1]}]}"#, "/a/0"),
            (#"{"a":[{"numeric":[">",30,"<",1]}]}"#, "/a/0"),
            (#"{"a":[{"numeric":[">",1,"<",30,false]}]}"#, "/a/0"),
            (#"{"a":[{"numeric":["=",1E309]}]}"#, "/a/0"),
            (#"{"a":[{"numeric":["=",1E-325]}]}"#, "/a/0"),
            (#"{"a":[{"numeric":["=",12345678901234567891]}]}"#, "/a/0"),
            (#"{"$or":{"a":[1]}}"#, "/$or"), (#"{"$or":[{"a":[1]}]}"#, "/$or"),
            (#"{"$or":[{"a":[1]},[1]]}"#, "/$or/1"), (#"{"$or":[{"a":[1]},{}]}"#, "/$or/1"),
            (#"{"x":{"$or":[{"a":[1]},{"prefix":["a"]}]}}"#, "/x/$or/1/prefix"),
        ]
    )
    func malformed(_ pattern: String, _ pointer: String) throws {
        let json = try JSON(parsing: pattern)
        #expect { try Pattern(json) } throws: {
            ($0 as? GeneralFault)?.pointer == pointer
                && ($0 as? GeneralFault)?.code == "invalid-pattern"
        }
    }
}

@Suite struct NumberComparisonTests {
    private func isComparable(_ text: String) throws -> Bool {
        (try? Pattern(["a": [["numeric": ["=", JSON(parsing: text)]]]])) != nil
    }

    @Test("A decimal can be compared exactly when its nearest double is written as this decimal")
    func shortest() throws {
        let random = SeededRandom(seed: 7)
        for round in 0..<3_000 {
            // All magnitudes, and those of coordinates, of which many need all 17 digits.
            let double =
                round % 2 == 0
                ? Double(bitPattern: random.next()) : (random.unit() - 0.5) * 360
            guard double.isFinite, double != 0 else { continue }
            let text = double.description
            #expect(try isComparable(text), "\(text)")
            #expect(
                try matches(#"{"a":[{"numeric":["=","# + text + "]}]}", #"{"a":"# + text + "}"),
                "\(text)"
            )
            // Its neighbours in the last place, written with as many digits.
            let parts = text.split(separator: "e")
            guard parts[0].last != "9", parts[0].last != "0", parts[0].contains(".") else {
                continue
            }
            let last = parts[0].last?.wholeNumberValue ?? 0
            let near = parts[0].dropLast() + "\(last + 1)" + (parts.count > 1 ? "e\(parts[1])" : "")
            guard let other = Double(near) else { continue }
            let isSame = JSON.double(other) == (try JSON(parsing: String(near)))
            #expect(try isComparable(String(near)) == isSame, "\(near)")
        }
    }

    @Test("Ranges hold the numbers between their ends among many other ranges", arguments: 0..<10)
    func ranges(_ seed: Int) throws {
        let random = SeededRandom(seed: UInt64(seed))
        let bounds = (0..<300).map { _ in
            (
                Int(random.next() % 50), Int(random.next() % 50), random.next() % 2 == 0,
                random.next() % 2 == 0
            )
        }
        let usable = bounds.filter { $0.0 < $0.1 }
        let machine = PatternMachine(
            try usable.map { lower, upper, opensLower, opensUpper in
                try Pattern([
                    "a": [
                        [
                            "numeric": [
                                opensLower ? ">" : ">=", .int(lower), opensUpper ? "<" : "<=",
                                .int(upper),
                            ]
                        ]
                    ]
                ])
            }
        )
        for half in -2...102 {
            let number = Double(half) / 2
            let expected = usable.indices.filter { index in
                let (lower, upper, opensLower, opensUpper) = usable[index]
                return (opensLower ? number > Double(lower) : number >= Double(lower))
                    && (opensUpper ? number < Double(upper) : number <= Double(upper))
            }
            #expect(try machine.rules(matching: Array("{\"a\":\(number)}".utf8)) == expected)
        }
    }
}
