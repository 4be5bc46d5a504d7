import Core
import Search
import Testing

@testable import Platform

@Suite struct FilterTextTests {
    @Test(
        "Values with commas stand in quotes, and values of one field are alternatives",
        arguments: [
            ("status=booked", [("status", ["booked"])]),
            (
                "status=booked,status=failed,city=Bonn",
                [("status", ["booked", "failed"]), ("city", ["Bonn"])]
            ),
            (
                "depot=\"Nord, Halle 2\",status=booked",
                [("depot", ["Nord, Halle 2"]), ("status", ["booked"])]
            ),
            ("depot=\"the \"\"old\"\" one\"", [("depot", ["the \"old\" one"])]),
            ("depot=", [("depot", [""])]), ("depot=\"\"", [("depot", [""])]),
            ("formula=a=b", [("formula", ["a=b"])]), (",status=booked,", [("status", ["booked"])]),
            ("size=2\"", [("size", ["2\""])]),
        ] as [(String, [(String, [String])])]
    )
    func reads(text: String, expected: [(String, [String])]) throws {
        let filters = try FilterText.filters(text)
        #expect(
            filters == expected.map { .any($0.0, $0.1.map { JSON.string($0) }) }
        )
    }

    @Test(
        "What is no filter is refused with its place",
        arguments: ["nonsense", "=x", "depot=\"Nord", "depot=\"Nord\" Halle 2", "a=b,nonsense"]
    )
    func refuses(text: String) {
        let error = #expect(throws: SearchError.self) { try FilterText.filters(text) }
        #expect(error?.code == "invalid-query" && error?.pointer == "/filter")
    }

    @Test("At most sixteen fields")
    func many() {
        let text = (0..<17).map { "f\($0)=x" }.joined(separator: ",")
        #expect(throws: SearchError.self) { try FilterText.filters(text) }
    }
}
