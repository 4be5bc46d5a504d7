import Core
import Testing

@testable import Logistics

@Suite struct ImportTests {
    static let header =
        "reference,customer,requestedDate,depot,name,lengthMm,widthMm,heightMm,weightGrams,quantity"

    static func directory() throws -> ImportDirectory {
        let demo = try DemoData.load(today: Sample.today)
        return ImportDirectory(customers: demo.customers, depots: demo.depots)
    }

    private func read(_ lines: [String]) throws -> OrderImport {
        try OrderImport(
            csv: Array(lines.joined(separator: "\r\n").utf8),
            directory: Self.directory(),
            today: Sample.today
        )
    }

    // RFC 4180 section 2, rule by rule, and what spreadsheet programs add.
    static let tables: [(String, [[String]])] = [
        ("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n", [["aaa", "bbb", "ccc"], ["zzz", "yyy", "xxx"]]),
        ("aaa,bbb,ccc\r\nzzz,yyy,xxx", [["aaa", "bbb", "ccc"], ["zzz", "yyy", "xxx"]]),
        ("\"aaa\",\"bbb\",\"ccc\"\r\nzzz", [["aaa", "bbb", "ccc"], ["zzz"]]),
        ("\"aaa\",\"b\r\nbb\",\"ccc\"", [["aaa", "b\r\nbb", "ccc"]]),
        ("\"aaa\",\"b\"\"bb\",\"ccc\"", [["aaa", "b\"bb", "ccc"]]),
        ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
        ("\u{FEFF}a,b", [["a", "b"]]),
        ("a;b\n\"1;2\";3", [["a", "b"], ["1;2", "3"]]),
        ("a,b;c", [["a", "b;c"]]),
        (",\n", [["", ""]]),
        ("a,\n", [["a", ""]]),
        ("\"\",x", [["", "x"]]),
        (" a , b ", [[" a ", " b "]]),
        ("", []),
        ("a\n\n\nb", [["a"], ["b"]]),
    ]

    @Test("CSV is read as RFC 4180 says", arguments: tables)
    func csv(text: String, rows: [[String]]) throws {
        #expect(try CSVTable(parsing: Array(text.utf8)).rows.map(\.fields) == rows)
    }

    @Test("empty lines count as rows")
    func numbers() throws {
        let table = try CSVTable(parsing: Array("a\n\n\"x\ny\"\nb".utf8))
        #expect(table.rows.map(\.number) == [1, 3, 4])
    }

    @Test(
        "what is no CSV is refused with row and column",
        arguments: [
            ("a,b\n1,\"2", 2, 2, "not closed"), ("a,b\n1,\"2\"x", 2, 2, "follows the closing"),
            ("a\nb\"c", 2, 1, "does not begin"), ("a\rb", 1, 1, "carriage return"),
        ]
    )
    func malformed(text: String, row: Int, column: Int, says: String) {
        let fault = #expect(throws: GeneralFault.self) {
            try CSVTable(parsing: Array(text.utf8))
        }
        #expect(fault?.kind == .malformed)
        #expect(fault?.details["row"] == .int(row))
        #expect(fault?.details["column"] == .int(column))
        #expect(fault?.message.contains(says) == true, "\(fault?.message ?? "")")
    }

    @Test("bytes that are not UTF-8, and more than the limits, are refused")
    func limits() {
        #expect(throws: GeneralFault.self) { try CSVTable(parsing: [0x61, 0xFF]) }
        let limits = CSVTable.Limits(rows: 2, columns: 3, fieldBytes: 4)
        for text in ["a\nb\nc", "a,b,c,d", "abcde", "\"abcde\"", "\"abcde"] {
            let fault = #expect(throws: GeneralFault.self) {
                try CSVTable(parsing: Array(text.utf8), limits: limits)
            }
            #expect(fault?.kind == .tooLarge, "\(text)")
        }
    }

    @Test("rows with one reference become one order")
    func grouping() throws {
        let result = try read([
            Self.header,
            "A,dispatch@weserlicht.example,2026-12-01,Hamburg-Billbrook,Crate,600,400,300,9000,5",
            "B,Göta Däck,2026-12-02,hamburg-billbrook,Tyre,632,632,205,9200,8",
            "A,,,,Lamp,520,520,360,4200,2",
        ])
        #expect(result.problems == [])
        #expect(result.orders.map(\.draft.reference) == ["A", "B"])
        #expect(result.orders.map(\.row) == [2, 3])
        #expect(result.orders[0].draft.items.map(\.name) == ["Crate", "Lamp"])
        #expect(result.orders[0].draft.items.map(\.id) == ["item-1", "item-2"])
        #expect(result.orders[0].draft.deliveries == nil)
        #expect(result.isAcceptable(partial: false))
        #expect(result.json(partial: false) == ["imported": 2, "rejected": 0, "errors": []])
    }

    @Test("every wrong field of every row is told, and the order is rejected as a whole")
    func problems() throws {
        let result = try read([
            Self.header,
            "A,nobody@x.example,2020-01-01,Atlantis,Crate,0,abc,300,9000,5",
            "A,,2026-12-24,,Lamp,520,520,360,4200,",
            "B,Göta Däck,2026-12-02,Hamburg-Billbrook,Tyre,632,632,205,9200,8",
            ",Göta Däck,2026-12-02,Hamburg-Billbrook,Tyre,632,632,205,9200,8",
            "C,Göta Däck",
        ])
        #expect(
            result.problems.map { "\($0.row) \($0.field)" } == [
                "2 customer", "2 depot", "2 requestedDate", "2 lengthMm", "2 widthMm",
                "3 requestedDate", "3 quantity", "5 reference", "6 ",
            ]
        )
        #expect(result.problems[0].message == "there is no customer \"nobody@x.example\"")
        #expect(result.problems[4].message.contains("whole number"))
        #expect(result.problems[6].message == "\"quantity\" is required")
        #expect(result.orders.map(\.draft.reference) == ["B"])
        #expect(result.rejected == 3)
        #expect(!result.isAcceptable(partial: false))
        #expect(result.isAcceptable(partial: true))
        #expect(result.json(partial: false)["imported"] == 0)
        #expect(result.json(partial: false)["rejected"] == 4)
        #expect(result.json(partial: true)["imported"] == 1)
        #expect(result.json(partial: true)["rejected"] == 3)
        #expect(result.json(partial: true)["errors"]?[3]?["field"] == "lengthMm")
    }

    @Test("a class of goods and a priority have columns; wrong ones are told with the others")
    func goods() throws {
        let good = try read([
            Self.header + ",goodsClass,priority",
            "A,Göta Däck,2026-12-01,Hamburg-Billbrook,X,1,2,3,4,5,food,7",
            "A,,,,Y,1,2,3,4,5,,",
        ])
        let items = try #require(good.orders.first?.draft.items)
        #expect(items.map(\.goodsClass) == ["food", nil])
        #expect(items.map(\.priority) == [7, 0])
        let bad = try read([
            Self.header + ",goodsClass,priority",
            "A,Göta Däck,2026-12-01,Hamburg-Billbrook,X,1,2,3,4,5,Food,10",
        ])
        #expect(
            bad.problems.map { "\($0.row) \($0.field)" } == ["2 goodsClass", "2 priority"]
        )
    }

    @Test("addresses make stops; a second row of a stop need not repeat its address")
    func stops() throws {
        let result = try read([
            Self.header + ",stop,recipient,street,postcode,city,country,latitude,longitude,upright",
            "A,Göta Däck,2026-12-01,Hamburg-Billbrook,X,1,2,3,4,5,2,Gate 3,Kai 1,1000,Kiel,DE,54.3,10.1,",
            "A,,,,Y,1,2,3,4,5,1,,Kai 2,1000,Bremen,DE,53.1,8.8,height|width",
            "A,,,,Z,1,2,3,4,5,2,,,,,,,,",
        ])
        #expect(result.problems == [])
        let draft = try #require(result.orders.first?.draft)
        #expect(draft.deliveries?.map(\.address.name) == ["Stop 1", "Gate 3"])
        #expect(draft.items.map(\.stop) == [2, 1, 2])
        #expect(draft.items[1].upright == [.height, .width])
    }

    @Test("an incomplete or contradicting address is told where it stands")
    func addresses() throws {
        let result = try read([
            Self.header + ",stop,street,postcode,city,country,latitude,longitude",
            "A,Göta Däck,2026-12-01,Hamburg-Billbrook,X,1,2,3,4,5,1,Kai 1,1000,Kiel,DE,95,10.1",
            "B,Göta Däck,2026-12-01,Hamburg-Billbrook,X,1,2,3,4,5,1,Kai 1,1000,Kiel,DE,54.3,10.1",
            "B,,,,Y,1,2,3,4,5,1,Kai 2,1000,Kiel,DE,54.3,10.1",
            "C,Göta Däck,2026-12-01,Hamburg-Billbrook,X,1,2,3,4,5,2,Kai 1,1000,Kiel,DE,54.3,10.1",
        ])
        #expect(
            result.problems.map { "\($0.row) \($0.field)" } == [
                "2 latitude", "4 stop", "5 reference",
            ]
        )
        #expect(result.problems[2].message.contains("from 1 to 1"))
    }

    @Test(
        "a header that cannot be understood fails the whole file",
        arguments: [
            ("referenze,customer", "did you mean \"reference\""),
            (header + ",name", "there twice"), ("reference,customer", "lacks requestedDate, depot"),
            (header, "no rows"), ("", "empty"),
        ]
    )
    func headers(text: String, says: String) {
        let fault = #expect(throws: GeneralFault.self) { try read([text]) }
        #expect(fault?.message.contains(says) == true, "\(fault?.message ?? "")")
    }

    @Test("JSON orders are read as the API reads them, one problem an order")
    func json() throws {
        let good = Sample.order.with("reference", "A")
        let unknown = Sample.order.with("customerId", "01930000-0000-7000-8000-c0000000ffff")
        let bad = Sample.order.with("items/0/lengthMm", 0)
        for body: JSON in [[good, unknown, bad, good], ["orders": [good, unknown, bad, good]]] {
            let result = try OrderImport(
                json: body,
                directory: Self.directory(),
                today: Sample.today
            )
            #expect(result.orders.map(\.row) == [1])
            #expect(
                result.problems.map { "\($0.row) \($0.field)" } == [
                    "2 /customerId", "3 /items/0/lengthMm", "4 /reference",
                ]
            )
            #expect(result.rejected == 3)
        }
        #expect(throws: GeneralFault.self) {
            try OrderImport(json: [], directory: Self.directory(), today: Sample.today)
        }
    }
}
