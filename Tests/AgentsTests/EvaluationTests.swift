import Agents
import Core
import Models
import Testing

/// Evaluation sets.
@Suite struct EvaluationTests {
    private typealias Script = ScriptedModels

    private static func given(_ text: String) throws -> EvaluationCase {
        try EvaluationCase(JSON(parsing: text))
    }

    private static let right = """
        {"id":"a","input":{"case":1},"tools":{"desk.write":[{"return":{"wrote":1}}]},
         "expect":{"choice":"by the book","output":{"done":true},"calls":["desk.write"]}}
        """
    private static let wrong = """
        {"id":"b","input":{},"tools":{"desk.write":[{"return":{"wrote":1}}]},
         "expect":{"choice":"otherwise","avoids":["desk.write"],"output":{"left":[1]}}}
        """
    private static let failing = """
        {"id":"c","input":{},"tools":{"desk.write":[{"throw":{"code":"desk-locked"}}]},
         "expect":{"fault":"desk-locked"}}
        """

    @Test("Rules are held against what is expected, without any tool being called")
    func rules() async throws {
        let world = try await LoopWorld()
        let evaluation = try Evaluation("clerk", .rules, office: world.office(nil))
        let report = try await evaluation.run(
            [Self.right, Self.wrong, Self.failing].map { try Self.given($0) },
            trials: 2,
            scope: world.invocation.scope,
            name: "test"
        )
        let results = try #require(report.json["results"]?.array)
        #expect(results.map { $0["passes"] } == [2, 0, 2])
        #expect(
            results[1]["failures"]
                == [
                    "called desk.write", #"chose "by the book", not "otherwise""#,
                    "/output/left is missing",
                ]
        )
        #expect(!report.isPassed)
        #expect(try await world.written().isEmpty)
        #expect(try await world.decisions().isEmpty)
    }

    @Test("pass^k is the chance that k decisions of a case are all right")
    func passHat() async throws {
        // Of 4 decisions 3 are right: C(3,1)/C(4,1) = 3/4, C(3,2)/C(4,2) = 3/6, C(3,3)/C(4,3) = 1/4, 0.
        let world = try await LoopWorld()
        let models = Script(
            [
                Script.concludes("by the book"), Script.concludes("by the book"),
                Script.concludes("something else"), Script.concludes("by the book"),
            ],
            clock: world.clock,
            latency: .seconds(2)
        )
        let given = try Self.given(
            #"{"id":"a","input":{"case":1},"expect":{"choice":"by the book"}}"#
        )
        let evaluation = try Evaluation("clerk", .models(["smart"]), office: world.office(models))
        let report = try await evaluation.run(
            [given],
            trials: 4,
            scope: world.invocation.scope,
            name: "test"
        )
        #expect((1...4).map { report.passHat($0) } == [0.75, 0.5, 0.25, 0])
        // Four answers of 120 tokens at a millionth each, two seconds each.
        #expect(report.json["costMicros"] == 480 && report.json["tokens"] == 480)
        #expect(report.json["p50Micros"] == 2_000_000)
        #expect(models.charges.count == 4)

        let earlier: JSON = [
            "agent": "clerk", "trials": 1,
            "results": [["id": "a", "passes": 1], ["id": "gone", "passes": 1]],
        ]
        let comparison = try report.compared(with: earlier)
        #expect(comparison["worse"]?[0]?["id"] == "a" && comparison["worse"]?[0]?["after"] == 0.75)
        #expect(comparison["missing"] == ["gone"] && comparison["better"] == [])
        // A case that is not asked any more cannot be said to be as good as it was.
        #expect(
            comparison["worse"]?[1]?["id"] == "gone" && comparison["worse"]?[1]?["after"] == .null
        )
        for (text, pointer) in [
            (#"{"trials":1,"results":[]}"#, "/agent"),
            (#"{"agent":"boss","trials":1,"results":[]}"#, "/agent"),
            (#"{"agent":"clerk","trials":1}"#, "/results"),
            (#"{"agent":"clerk","results":[]}"#, "/trials"),
            (#"{"agent":"clerk","trials":1,"results":[{"id":"a"}]}"#, "/results/0/passes"),
        ] {
            #expect("\(text)") {
                try report.compared(with: JSON(parsing: text))
            } throws: { ($0 as? GeneralFault)?.pointer == pointer }
        }
    }

    @Test(
        "A case that is malformed is refused with the place",
        arguments: [
            (#"{"input":{},"expect":{}}"#, "/id"), (#"{"id":"a","expect":{}}"#, "/input"),
            (#"{"id":"a","input":{}}"#, "/expect"),
            (#"{"id":"a","input":{},"expect":{"chioce":"x"}}"#, "/expect/chioce"),
            (#"{"id":"a","input":{},"expect":{},"tools":{"t":[]}}"#, "/tools/t"),
            (#"{"id":"a","input":{},"expect":{},"tools":{"t":[{}]}}"#, "/tools/t/0/throw"),
            (#"{"id":"a","input":{},"expect":{},"now":"soon"}"#, "/now"),
        ]
    )
    func malformed(_ text: String, _ pointer: String) {
        #expect {
            try Self.given(text)
        } throws: { ($0 as? GeneralFault)?.pointer == pointer }
    }

    @Test("An agent that does not exist is refused with those that do")
    func unknown() async throws {
        let world = try await LoopWorld()
        #expect {
            try Evaluation("clark", .rules, office: world.office(nil))
        } throws: {
            let fault = $0 as? GeneralFault
            return fault?.code == "unknown-agent" && fault?.message.contains("clerk") == true
        }
    }
}
