import Core
import Testing
import Workflows

@Suite struct IntrinsicTests {
    static let input: JSON = [
        "name": "Foo", "n": 3, "flag": true, "none": nil, "list": [1, 2, 3, 3, 4, 5, 6, 7, 8, 9],
        "dup": [1, 2, 3, 3, 3, 3], "a": ["a": ["a1": 1, "a2": 2], "b": 2],
        "b": ["a": ["a3": 1, "a4": 2], "c": 3], "text": "{\"x\":[1,2]}",
        "split": "This.is+a,test=string", "by": ".+,=",
    ]

    /// The examples of AWS's page on intrinsics and of the States Language, and digests from
    /// FIPS 180-4's and RFC 1321's test vectors.
    static let documented: [(String, JSON)] = [
        (
            "States.Format('Your name is {}, we are in the year {}', $.name, 2020)",
            "Your name is Foo, we are in the year 2020"
        ),
        ("States.Format('{} {} \\{\\} it\\'s \\\\', $.flag, $.none)", "true null {} it's \\"),
        ("States.StringToJson($.text)", ["x": [1, 2]]),
        ("States.JsonToString($.a.a)", "{\"a1\":1,\"a2\":2}"),
        ("States.Array('Foo', 2020, $.a.a, null)", ["Foo", 2020, ["a1": 1, "a2": 2], nil]),
        ("States.Array()", []),
        ("States.ArrayPartition($.list, 4)", [[1, 2, 3, 3], [4, 5, 6, 7], [8, 9]]),
        ("States.ArrayContains($.list, 5)", true),
        ("States.ArrayContains($.list, 'x')", false),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayRange(3, 1, 1)", []),
        ("States.ArrayGetItem($.list, 5)", 5),
        ("States.ArrayLength($.dup)", 6),
        ("States.ArrayUnique($.dup)", [1, 2, 3]),
        ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="),
        ("States.Base64Decode('RGVjb2RlZCBkYXRh')", "Decoded data"),
        ("States.Base64Encode('')", ""),
        ("States.Hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("States.Hash('', 'MD5')", "d41d8cd98f00b204e9800998ecf8427e"),
        (
            "States.Hash('abc', 'SHA-256')",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        ),
        ("States.JsonMerge($.a, $.b, false)", ["a": ["a3": 1, "a4": 2], "b": 2, "c": 3]),
        ("States.MathAdd(111, -1)", 110),
        ("States.MathAdd($.n, 1.6)", 5),
        ("States.StringSplit('1,2,3,4,5', ',')", ["1", "2", "3", "4", "5"]),
        ("States.StringSplit($.split, $.by)", ["This", "is", "a", "test", "string"]),
        ("States.ArrayLength(States.Array(1, States.Format('{}', ')')))", 2),
    ]

    @Test("The functions give what AWS documents", arguments: documented)
    func result(call: String, expected: JSON) throws {
        let state: JSON = ["Type": "Pass", "Parameters": ["v.$": .string(call)]]
        let run = try Run(single(state), input: Self.input)
        #expect(run.execution.output == ["v": expected], "\(run.execution.cause ?? "")")
    }

    @Test(
        "What does not fit is States.IntrinsicFailure",
        arguments: [
            "States.Format('{}')", "States.Format('{} {}', 1)", "States.Format('x', 1)",
            "States.StringToJson('{')", "States.ArrayPartition($.list, 0)",
            "States.ArrayRange(1, 2000, 1)", "States.ArrayRange(1, 2, 0)",
            "States.ArrayGetItem($.list, 10)", "States.ArrayLength($.name)",
            "States.Base64Decode('?')", "States.Hash('a', 'SHA-3')",
            "States.JsonMerge($.a, $.b, true)", "States.MathRandom(5, 5)",
            "States.MathAdd($.missing, 1)",
            "States.ArrayRange(-4000000000000000000, 4000000000000000000, 1)",
        ]
    )
    func failure(call: String) throws {
        let state: JSON = ["Type": "Pass", "Parameters": ["v.$": .string(call)]]
        let run = try Run(single(state), input: Self.input)
        #expect(run.execution.error == "States.IntrinsicFailure")
    }

    @Test(
        "A call that cannot be read is refused with the definition",
        arguments: [
            "States.Nope()", "States.Format(", "States.UUID(1)", "States.MathAdd(1)",
            "States.Format('a)", "States.Format('\\n')", "States.Array(1,)", "Format('a')",
            "States.UUID() x",
        ]
    )
    func refused(call: String) {
        let state: JSON = ["Type": "Pass", "Parameters": ["v.$": .string(call)]]
        let problems = Definition.problems(in: single(state))
        #expect(problems.map(\.pointer) == ["/States/Only/Parameters/v.$"])
    }

    @Test("Random numbers and UUIDs come from the injected source")
    func random() throws {
        let state: JSON = [
            "Type": "Pass",
            "Parameters": [
                "u.$": "States.UUID()", "r.$": "States.MathRandom(1, 10)",
                "s.$": "States.MathRandom(1, 1000, 42)",
            ],
        ]
        let first = try #require(try Run(single(state), seed: 1).execution.output)
        let again = try Run(single(state), seed: 1).execution.output
        let other = try #require(try Run(single(state), seed: 2).execution.output)
        #expect(first == again)
        #expect(first["u"] != other["u"])
        #expect(first["s"] == other["s"])
        // RFC 9562: version 4, variant 10.
        let uuid = Array(try #require(first["u"]?.string))
        #expect(uuid.count == 36)
        #expect(uuid[14] == "4")
        #expect("89ab".contains(uuid[19]))
        #expect((1..<10).contains(try #require(first["r"]?.int)))
    }
}
