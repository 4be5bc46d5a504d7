import Core
import Events
import Testing

@Suite struct PatternExplanationTests {
    private func explain(_ pattern: String, _ event: String) throws -> JSON {
        try Pattern(JSON(parsing: pattern)).explanation(for: Array(event.utf8))
    }

    @Test(
        "Each leaf that is not satisfied says why",
        arguments: [
            (#"{"a":{"b":["x"]}}"#, #"{"c":1}"#, "the event has no \"a\""),
            (#"{"a":{"b":["x"]}}"#, #"{"a":{"c":1}}"#, "the event has no \"a.b\""),
            (#"{"a":{"b":["x"]}}"#, #"{"a":1}"#, "\"a\" is a value, so it has no \"b\""),
            (
                #"{"a":["x"]}"#, #"{"a":{}}"#,
                "\"a\" is an object; a leaf matches values, not objects"
            ),
            (#"{"a":["x"]}"#, #"{"a":[]}"#, "\"a\" is an empty array"),
            (#"{"a":["x"]}"#, #"{"a":"y"}"#, "\"y\": accepted by no alternative"),
            (
                #"{"a":["5"]}"#, #"{"a":5}"#,
                "5: accepted by no alternative; a string never equals a number, true, false or null"
            ),
            (#"{"a":[{"exists":false}]}"#, #"{"a":5}"#, "the field is there"),
            (
                #"{"a":["x"]}"#, #"{"a":[1,2,3,4,5]}"#,
                "1, 2, 3 and 2 more: accepted by no alternative"
            ),
        ]
    )
    func reasons(_ pattern: String, _ event: String, _ reason: String) throws {
        let explanation = try explain(pattern, event)
        #expect(explanation["matched"] == false)
        #expect(explanation["leaves"]?[0]?["reason"]?.string == reason)
    }

    @Test("Leaves that are satisfied apart but in no element together are named")
    func conflict() throws {
        let explanation = try explain(
            #"{"d":{"a":[1],"b":[2],"c":[3]}}"#,
            #"{"d":[{"a":1,"c":3},{"b":2,"c":3}]}"#
        )
        let leaves = try #require(explanation["leaves"]?.array)
        #expect(leaves.map { $0["matched"] } == [true, true, true])
        #expect(
            explanation["conflicts"] == [
                [
                    "pointers": ["/d/a", "/d/b"],
                    "reason": "no element of the array at \"d\" satisfies both \"d.a\" and \"d.b\"",
                ]
            ]
        )
    }

    @Test("Branches of $or are told apart")
    func branches() throws {
        let explanation = try explain(
            #"{"s":["x"],"$or":[{"a":[1]},{"b":[2]}]}"#,
            #"{"s":"x","a":0,"b":2}"#
        )
        #expect(explanation["matched"] == true)
        #expect(
            explanation["branches"] == [
                ["matched": false, "pointers": ["/$or/0/a", "/s"]],
                ["matched": true, "pointers": ["/$or/1/b", "/s"]],
            ]
        )
        #expect(explanation["leaves"]?[1]?["found"] == [2])
    }
}
