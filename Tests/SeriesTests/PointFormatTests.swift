import Core
import Testing

@testable import Series

@Suite struct PointFormatTests {
    private static let organisation = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 1 << 63)

    private static func read(
        _ format: PointFormat,
        _ text: String,
        precision: LineProtocol.Precision = .nanoseconds
    ) throws -> SeriesBatch {
        var intake = SeriesIntake(
            SeriesStore(rules: try SeriesRetentionRules()),
            organisation: organisation,
            now: SeriesWorld.start
        )
        try format.read(text, precision: precision, into: &intake)
        return intake.batch
    }

    @Test("Line protocol as InfluxDB's documentation has it")
    func lineProtocol() throws {
        let batch = try Self.read(
            .line,
            """
            # a comment
            weather,location=us-midwest,season=summer temperature=82,count=3i 1800000000000000000
            my\\ m,tag\\ a=x\\,y\\=z value=t

            """.replacing("my\\ m", with: "m").replacing("tag\\ a", with: "tag")
        )
        #expect(batch.entries.map(\.name.name) == ["weather.temperature", "weather.count", "m"])
        #expect(batch.entries[0].name["season"] == "summer")
        #expect(batch.entries[0].points == [SeriesPoint(at: SeriesWorld.start, value: 82)])
        #expect(batch.entries[1].points.map(\.value) == [3])
        #expect(batch.entries[2].name["tag"] == "x,y=z")
        #expect(batch.entries[2].points == [SeriesPoint(at: SeriesWorld.start, value: 1)])
    }

    @Test("A time counts what the precision says", arguments: LineProtocol.Precision.allCases)
    func precision(_ precision: LineProtocol.Precision) throws {
        let counts: [LineProtocol.Precision: String] = [
            .nanoseconds: "1800000000000000999", .microseconds: "1800000000000000",
            .milliseconds: "1800000000000", .seconds: "1800000000",
        ]
        let batch = try Self.read(
            .line,
            "m value=1 \(counts[precision] ?? "")",
            precision: precision
        )
        #expect(batch.entries[0].points[0].at == SeriesWorld.start)
    }

    @Test("Rows with quotes, empty labels and times of both forms")
    func rows() throws {
        let batch = try Self.read(
            .csv,
            "name,time,value,unit,device,note,status\r\n"
                + "t,2027-01-15T08:00:00Z,20.5,Cel,d1,\"a, \"\"b\"\"\",\r\n"
                + "t,1800000000000000,21,,d1,\"a, \"\"b\"\"\",7\n"
                + "t,,22,,,,\n"
        )
        #expect(batch.entries.count == 2 && batch.count == 3)
        #expect(batch.entries[0].unit == "Cel")
        #expect(batch.entries[0].name["note"] == "a, \"b\"")
        #expect(batch.entries[0].points.map(\.status) == [0, 7])
        #expect(batch.entries[0].points.allSatisfy { $0.at == SeriesWorld.start })
        #expect(batch.entries[1].name.labels.isEmpty)
    }

    @Test("An object on each line")
    func objects() throws {
        let batch = try Self.read(
            .ndjson,
            """
            {"name":"t","labels":{"device":"d1"},"time":"2027-01-15T08:00:00Z","value":1}

            {"name":"t","labels":{"device":"d1"},"time":1800000000000000,"value":2,"kind":"counter"}
            """
        )
        #expect(batch.entries.count == 1 && batch.entries[0].kind == .counter)
        #expect(batch.entries[0].points.map(\.value) == [1, 2])
    }

    @Test(
        "What is refused is refused with its line",
        arguments: [
            (PointFormat.line, "m value=1\nm value=\"text\"", 2), (.line, "m", 1),
            (.line, "m value=1 x", 1), (.line, "m value=nan", 1),
            (.line, "m value=1\n\nm,a b=1", 3),
            (.line, "m value=1 9223372036854775807", 1), (.line, "m,a=1,a=2 value=1", 1),
            (.csv, "name,time\nx,1", 1), (.csv, "name,value\na,1\na,x", 3),
            (.csv, "name,value\na,1,2", 2), (.csv, "name,value,name\na,1,a", 1),
            (.csv, "name,value\n\"a,1", 2), (.csv, "name,value\n\"a\"b,1", 2),
            (.csv, "name,value,\"l\nx\"\nm,1,\nm,z,", 4), (.csv, "name,value\nm,inf", 2),
            (.ndjson, "{\"name\":\"t\",\"value\":1}\nx", 2), (.ndjson, "{\"name\":\"t\"}", 1),
            (.ndjson, "{\"name\":\"t\",\"value\":1,\"x\":1}", 1), (.ndjson, "[]", 1),
            (.ndjson, "{\"name\":\"t\",\"value\":1,\"time\":0}", 1),
        ]
    )
    func refused(format: PointFormat, text: String, line: Int) {
        let error = #expect(throws: SeriesError.self) { try Self.read(format, text) }
        #expect(error?.pointer == "line \(line)", "\(error?.message ?? "")")
    }
}
