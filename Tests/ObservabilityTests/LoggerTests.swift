import Core
import Foundation
import Glibc
import Observability
import Synchronization
import Testing

/// Keeps records, as a sink in memory.
final class Records: LogSink {
    private let state = Mutex<[LogRecord]>([])
    var all: [LogRecord] { state.withLock { $0 } }
    func write(_ record: LogRecord) { state.withLock { $0.append(record) } }
}

@Suite struct LoggerTests {
    private let records = Records()
    private let noon = Timestamp(microseconds: 1_795_176_000_000_000)  // 2026-11-20T12:00:00Z
    private var log: Logger { Logger(sink: records, clock: ManualClock(now: noon)) }

    private func line(_ record: LogRecord, limit: Int = 8_192) throws -> JSON {
        let bytes = LogFormat.json.line(record, limit: limit)
        #expect(bytes.last == 0x0A)
        #expect(bytes.count { $0 == 0x0A } == 1)
        return try JSON(parsing: bytes.dropLast())
    }

    @Test("A line has time, level, message, trace and fields")
    func json() throws {
        let trace = try #require(
            TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        )
        log.with(["room": "events"]).with(trace: trace).warning("late", ["lagMillis": 1_200])
        let expected: JSON = [
            "time": "2026-11-20T12:00:00Z", "level": "warning", "message": "late",
            "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331",
            "room": "events", "lagMillis": 1_200,
        ]
        #expect(try line(#require(records.all.first)) == expected)
    }

    @Test("Levels below the minimum are not even evaluated")
    func levels() {
        var evaluated = false
        func message() -> String {
            evaluated = true
            return "m"
        }
        log.debug(message())
        #expect(!evaluated)
        log.info(message())
        #expect(evaluated)
        #expect(records.all.count == 1)
    }

    @Test(
        "Secrets are left out by the name of their key, at any depth",
        arguments: [
            "password", "newPassword", "PASSWORD_HASH", "access_token", "refreshToken",
            "Authorization",
            "client-secret", "x-api-key", "Set-Cookie", "privateKey", "awsSecretAccessKey",
        ]
    )
    func redaction(key: String) throws {
        let secret: JSON = .object(JSONObject([(key, JSON.string("hunter2"))]))
        log.error("refused", ["request": ["list": [secret]], "note": "kept"])
        log.with(secret).error("refused")
        for record in records.all {
            let text = String(decoding: LogFormat.json.line(record), as: UTF8.self)
            #expect(!text.contains("hunter2"))
            #expect(text.contains("[redacted]"))
        }
        #expect(records.all.first?.fields["note"] == "kept")
    }

    @Test("Counts of tokens are no secrets")
    func tokenCounts() {
        log.info("answered", ["promptTokens": 512])
        #expect(records.all.first?.fields["promptTokens"] == 512)
    }

    @Test("A field cannot pose as the record's own members")
    func collisions() throws {
        log.info("real", ["message": "forged", "traceId": "forged"])
        let line = try line(#require(records.all.first))
        #expect(line["message"] == "real")
        #expect(line["fields.message"] == "forged")
        #expect(line["fields.traceId"] == "forged")
    }

    @Test("A long line stays within its limit and stays JSON", arguments: [512, 1_000, 8_192])
    func bounds(limit: Int) throws {
        let controls = String(repeating: "\u{1}", count: 20_000)
        let euros = String(repeating: "€", count: 20_000)
        let records: [LogRecord] = [
            LogRecord(time: noon, level: .info, message: controls),
            LogRecord(
                time: noon,
                level: .info,
                message: "one",
                fields: JSONObject([("a", .string(euros)), ("b", .string(controls))])
            ),
            LogRecord(
                time: noon,
                level: .info,
                message: "many",
                fields: JSONObject((0..<5_000).map { ("key\($0)", JSON.int($0)) })
            ),
        ]
        for record in records {
            #expect(LogFormat.json.line(record, limit: limit).count <= limit)
            #expect(LogFormat.terminal.line(record, limit: limit).count <= limit)
            #expect(try line(record, limit: limit)["truncated"] == true)
        }
    }

    @Test("For a terminal the line is readable, and control characters are harmless")
    func terminal() {
        let record = LogRecord(
            time: noon,
            level: .error,
            message: "bad \u{1B}[2J name\nINFO forged\u{202E}",
            fields: JSONObject([("who", "ana"), ("text", "two words"), ("n", 3)])
        )
        let text = String(decoding: LogFormat.terminal.line(record), as: UTF8.self)
        #expect(
            text == #"12:00:00.000 ERROR   bad \u{1b}[2J name\u{a}INFO forged\u{202e}"#
                + #"  who=ana  text="two words"  n=3"# + "\n"
        )
    }

    @Test("Lines of many writers do not mix")
    func descriptor() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (read, write) = (ends[0], ends[1])
        let sink = StandardErrorLog(descriptor: write)
        let log = Logger(sink: sink, clock: ManualClock(now: noon))
        let reader = PipeReader(read)
        await withTaskGroup { group in
            for writer in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        log.info("m", ["w": .string(String(repeating: "\(writer)", count: 5_000))])
                    }
                }
            }
        }
        close(write)
        let lines = await reader.bytes.split(separator: 0x0A)
        #expect(lines.count == 800)
        for line in lines {
            let text = try #require(try JSON(parsing: line)["w"]?.string)
            #expect(text.utf8.count == 5_000 && Set(text).count == 1)
        }
    }
}

/// Reads a pipe to its end on a thread of its own: blocking one of the few that run tasks could leave
/// none for the writers it waits for.
private struct PipeReader {
    private let stream: AsyncStream<[UInt8]>

    init(_ descriptor: Int32) {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        self.stream = stream
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
                continuation.yield(Array(buffer[..<count]))
            }
            close(descriptor)
            continuation.finish()
        }
    }

    var bytes: [UInt8] {
        get async { await stream.reduce(into: []) { $0 += $1 } }
    }
}
