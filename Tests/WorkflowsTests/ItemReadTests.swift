import Core
import Testing

@testable import Workflows

@Suite struct ItemReadTests {
    private func read(
        _ format: ItemRead.Format,
        headers: [String]? = nil,
        delimiter: String = ",",
        pointer: String? = nil,
        cursor: Int = 0,
        limit: Int = 100
    ) -> ItemRead {
        ItemRead(
            .init(
                resource: "r",
                parameters: nil,
                format: format,
                headers: headers,
                delimiter: delimiter,
                pointer: pointer
            ),
            parameters: ["Bucket": "b"],
            cursor: cursor,
            limit: limit
        )
    }

    @Test("CSV is read by RFC 4180: quotes, line ends within them, missing columns")
    func csv() throws {
        let text = "\u{FEFF}a,b,c\r\n1,\"x, \"\"y\"\"\",3\r\n\r\n\"two\nlines\",,\n,,\n5\n"
        let page = try read(.csv).page(of: Array(text.utf8))
        #expect(
            page.items == [
                ["a": "1", "b": "x, \"y\"", "c": "3"], ["a": "two\nlines", "b": "", "c": ""],
                ["a": "", "b": "", "c": ""], ["a": "5", "b": "", "c": ""],
            ]
        )
        #expect(page.next == nil)
        let given = try read(.csv, headers: ["x"], delimiter: ";").page(of: Array("1;2\n3".utf8))
        #expect(given.items == [["x": "1"], ["x": "3"]])
        #expect(throws: ItemFault(message: "CSV headers cannot contain duplicates.")) {
            _ = try read(.csv).page(of: Array("a,a\n1,2".utf8))
        }
    }

    @Test("Pages follow one another without gap or overlap", arguments: [1, 2, 3, 7])
    func pages(limit: Int) throws {
        let sources: [(ItemRead.Format, String)] = [
            (.csv, "n\n0\n1\n2\n3\n4\n"), (.jsonLines, "0\n1\n\n2\n3\n4"), (.json, "[0,1,2,3,4]"),
        ]
        for (format, text) in sources {
            var items: [JSON] = []
            var cursor: Int? = 0
            while let at = cursor {
                let page = try read(format, cursor: at, limit: limit).page(of: Array(text.utf8))
                #expect(page.items.count <= limit)
                items += page.items
                cursor = page.next
            }
            #expect(
                items.map { $0["n"] ?? $0 }.map { $0.string ?? $0.text() } == [
                    "0", "1", "2", "3", "4",
                ]
            )
        }
    }

    @Test("The members of an object are items; a pointer leads to what is meant")
    func json() throws {
        let text = Array("{\"d\":{\"a/b\":{\"x\":1,\"y\":[2]}}}".utf8)
        let page = try read(.json, pointer: "/d/a~1b").page(of: text)
        #expect(page.items == [["Key": "x", "Value": 1], ["Key": "y", "Value": [2]]])
        #expect(throws: ItemFault(message: "Attempting to map over non-iterable node.")) {
            _ = try read(.json).page(of: Array("5".utf8))
        }
        #expect(throws: ItemFault.self) { _ = try read(.json, pointer: "/no").page(of: text) }
    }

    @Test("A read survives being written out")
    func roundTrip() throws {
        let request = read(.csv, headers: ["a"], delimiter: "|", pointer: "/x", cursor: 5, limit: 9)
        #expect(try ItemRead(request.json) == request)
        let page = ItemPage(items: [1], next: 4)
        #expect(ItemPage(page.json) == page)
    }
}
