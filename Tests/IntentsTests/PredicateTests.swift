import Core
import Testing

@testable import Intents

@Suite struct PredicateTests {
    @Test(
        "A predicate's text is read and written alike",
        arguments: [
            "share(logistics.orders, on_time = true) over 7d >= 0.95",
            "count(logistics.orders, status = failed) over 1d <= 3",
            "avg(logistics.bookings, volume_fill, status = booked) over 2h > 0.7",
            "share(a.b, x in (one, two, \"th ree\"), n >= 3 where kind != \"true\", m < -2.5) over 90s < 0.5",
            "p99(metric:weft_http_request_seconds) over 5m <= 2",
            "max(series:line3.temperature, site = A) over 15m <= 80",
            "last(series:tank/level-2) over 1h >= 10",
        ]
    )
    func reads(text: String) throws {
        let predicate = try Predicate(text)
        #expect(predicate.description == text)
        #expect(try Predicate(predicate.description) == predicate)
        #expect(try Predicate(reading: JSONReader(predicate.json)) == predicate)
    }

    @Test("Percent, units, spaces and other words for the same are understood")
    func understands() throws {
        let one = try Predicate("share( logistics.orders ,on_time=true )  over 168h>=95%")
        #expect(one.target == 0.95)
        #expect(one.measure.windowSeconds == 7 * 86_400)
        #expect(one.measure.conditions == [Condition("on_time", .equal, [.flag(true)])])
        #expect(one == (try Predicate("share(logistics.orders, on_time = true) over 1w >= 0.95")))
        let two = try Predicate("share(a, b = 1 where c = 2 and d = 3) over 1d >= 1e-1")
        #expect(two.measure.among.count == 2)
        #expect(two.target == 0.1)
    }

    @Test(
        "What is wrong is told with its column and what was expected",
        arguments: [
            ("", 1, "one of the functions"),
            ("shared(x) over 1d > 1", 1, "one of the functions"),
            ("share x", 7, "\"(\""),
            ("share()", 7, "the name"),
            ("share(x, )", 10, "a field"),
            ("share(x, y, z = 1, w) over 1d > 0", 21, "a comparison"),
            ("share(x, y = ) over 1d > 0", 14, "a value"),
            ("share(x, y ~ 1) over 1d > 0", 12, "means nothing"),
            ("share(x, y in 1) over 1d > 0", 15, "\"(\""),
            ("share(x, y = 1 over 1d > 0", 16, "\")\""),
            ("share(x, y = 1) > 0", 17, "over"),
            ("share(x, y = 1) over 7 > 0", 22, "a duration"),
            ("share(x, y = 1) over 7y > 0", 23, "unit of time"),
            ("share(x, y = 1) over 1s > 0", 22, "10 seconds"),
            ("share(x, y = 1) over 400d > 0", 22, "366 days"),
            ("share(x, y = 1) over 1d = 0", 25, ">=, <=, > or <"),
            ("share(x, y = 1) over 1d >= x", 28, "a number"),
            ("share(x, y = 1) over 1d >= 1 2", 30, "the end"),
            ("share(x, y = \"z) over 1d >= 1", 14, "no closing"),
            ("share(x, y = ü) over 1d >= 1", 14, "means nothing"),
            ("share(x, y = 1; DROP TABLE intent) over 1d >= 1", 15, "means nothing"),
        ]
    )
    func refuses(text: String, column: Int, expected: String) throws {
        let fault = try #require(throws: GeneralFault.self) { try Predicate(text) }
        #expect(fault.code == "invalid-predicate")
        #expect(fault.pointer == "/predicate")
        #expect(fault.details["column"]?.int == column, "\(fault.message)")
        #expect(fault.message.contains(expected), "\(fault.message)")
    }

    @Test("Too long a text, and too many conditions, are refused")
    func bounded() {
        #expect(throws: GeneralFault.self) {
            try Predicate(String(repeating: "x", count: 1_001))
        }
        let many = (0...10).map { "f\($0) = 1" }.joined(separator: ", ")
        #expect(throws: GeneralFault.self) { try Predicate("share(x, \(many)) over 1d > 0") }
    }

    @Test(
        "The JSON form's faults have pointers",
        arguments: [
            (
                #"{"metric":"x","function":"shares","window":"1d","comparison":">=","target":1}"#,
                "/p/function"
            ),
            (
                #"{"metric":"x y","function":"count","window":"1d","comparison":">=","target":1}"#,
                "/p/metric"
            ),
            (
                #"{"metric":"x","function":"count","window":"1y","comparison":">=","target":1}"#,
                "/p/window"
            ),
            (
                #"{"metric":"x","function":"count","window":5,"comparison":">=","target":1}"#,
                "/p/window"
            ),
            (
                #"{"metric":"x","function":"count","window":"1d","comparison":"=","target":1}"#,
                "/p/comparison"
            ),
            (#"{"metric":"x","function":"count","window":"1d","comparison":">="}"#, "/p/target"),
            (
                #"{"metric":"x","function":"count","window":"1d","comparison":">=","target":1,"sql":"1"}"#,
                "/p/sql"
            ),
            (
                #"{"metric":"x","function":"count","conditions":[{"field":"a","value":[]}],"window":"1d","comparison":">=","target":1}"#,
                "/p/conditions/0/value"
            ),
            ("7", "/p"),
        ]
    )
    func refusesJSON(text: String, pointer: String) throws {
        let json = try JSON(parsing: text)
        let fault = try #require(throws: GeneralFault.self) {
            try Predicate(reading: JSONReader(json, pointer: "/p"))
        }
        #expect(fault.pointer == pointer)
    }

    @Test("Whatever text comes, it is read or refused; what is read is written and read alike")
    func fuzz() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("predicate fuzz seed", seed)
        let random = SeededRandom(seed: seed)
        let parts = [
            "share", "count", "avg", "p99", "(", ")", ",", " ", "over", "where", "and", "in", "=",
            "!=", ">=", "<", "7d", "15m", "0.95", "95%", "-1e9", "true", "x.y", "series:a", "\"q\"",
            "\"", "'", "\\", "é", "\u{0}", "1e999", ".", "-", "9999999999999999999", "d", "\n",
        ]
        let whole = Array(
            "share(logistics.orders, on_time = true where status in (a, \"b c\")) over 7d >= 0.95"
        )
        var read = 0
        for _ in 0..<20_000 {
            var text = ""
            if random.next() % 2 == 0 {
                for _ in 0..<(random.next() % 24) {
                    text += parts[Int(random.next() % UInt64(parts.count))]
                }
            } else {
                var characters = whole
                for _ in 0..<(random.next() % 4) {
                    let at = Int(random.next() % UInt64(characters.count))
                    let other = Array(parts[Int(random.next() % UInt64(parts.count))])
                    characters.replaceSubrange(at...at, with: other)
                    if characters.isEmpty { characters = whole }
                }
                text = String(characters)
            }
            guard let predicate = try? Predicate(text) else { continue }
            read += 1
            #expect(try Predicate(predicate.description) == predicate, "\(text)")
        }
        #expect(read > 100)
    }
}

@Suite struct CompiledPredicateTests {
    private let catalogue = MeasureCatalogue(
        records: [IntentWorld.things],
        metrics: [],
        series: ["line3.temperature"]
    )

    @Test(
        "Names, fields and values that there are compile",
        arguments: [
            "share(test.things, ok = true) over 1d >= 0.5",
            "share(test.things, ok = true where status = done) over 1d >= 0.5",
            "avg(test.things, size, status in (done, late)) over 1d >= 0.5",
            "count(test.things, size > 3) over 1d >= 5",
            "avg(line3.temperature) over 1h <= 80",
            "share(series:line3.temperature, value <= 80, site = A) over 1h >= 0.99",
        ]
    )
    func compiles(text: String) throws {
        _ = try CompiledPredicate(Predicate(text), in: catalogue)
    }

    @Test("An unknown name is answered with the nearest ones")
    func nearest() throws {
        let fault = try #require(throws: GeneralFault.self) {
            try CompiledPredicate(
                Predicate("share(test.thing, ok = true) over 1d >= 0.5"),
                in: catalogue
            )
        }
        #expect(fault.code == "unknown-metric")
        #expect(fault.details["nearest"] == ["test.things"])
        #expect(fault.details["column"] == 7)
    }

    @Test(
        "What does not fit is refused at its column",
        arguments: [
            ("share(test.things) over 1d >= 0.5", 1),
            ("share(test.things, okay = true) over 1d >= 0.5", 20),
            ("share(test.things, ok = yes) over 1d >= 0.5", 25),
            ("share(test.things, ok > true) over 1d >= 0.5", 20),
            ("share(test.things, status = lost) over 1d >= 0.5", 29),
            ("share(test.things, size = big) over 1d >= 0.5", 27),
            ("avg(test.things) over 1d >= 0.5", 5),
            ("avg(test.things, status) over 1d >= 0.5", 18),
            ("count(test.things, size) over 1d >= 0.5", 20),
            ("p99(test.things, size) over 1d >= 0.5", 1),
            ("count(test.things where ok = true) over 1d >= 0.5", 25),
            ("p50(series:line3.temperature) over 1h >= 1", 1),
            ("share(series:line3.temperature) over 1h >= 1", 1),
            ("avg(series:line3.temperature, value > 3) over 1h >= 1", 31),
        ]
    )
    func refuses(text: String, column: Int) throws {
        let fault = try #require(throws: GeneralFault.self) {
            try CompiledPredicate(Predicate(text), in: catalogue)
        }
        #expect(fault.code == "invalid-predicate")
        #expect(fault.details["column"]?.int == column, "\(fault.message)")
    }

    @Test("A share's target lies between 0 and 1")
    func target() {
        #expect(throws: GeneralFault.self) {
            try CompiledPredicate(
                Predicate("share(test.things, ok = true) over 1d >= 95"),
                in: catalogue
            )
        }
    }
}
