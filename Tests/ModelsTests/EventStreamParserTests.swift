import Testing

@testable import Models

@Suite struct EventStreamParserTests {
    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    // The check value of CRC-32/ISO-HDLC.
    @Test("The checksum is IEEE's")
    func checksum() {
        #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.of([]) == 0)
    }

    // Messages that AWS publishes for those who write parsers (awslabs/aws-c-event-stream): one that is
    // empty, one without fields, one with a field.
    private static let published: [(String, [String: String], String)] = [
        ("00000010 00000000 05c248eb 7d98c8ff", [:], ""),
        ("0000001d 00000000 fd528c5a 7b27666f6f273a27626172277d c3653936", [:], "{'foo':'bar'}"),
        (
            """
            0000003d 00000020 07fd8396 0c636f6e74656e742d7479706507 0010 6170706c69636174696f6e2f6a736f6e
            7b27666f6f273a27626172277d 8d9c08b1
            """, ["content-type": "application/json"], "{'foo':'bar'}"
        ),
    ]

    @Test("Published messages are read, wherever they are cut")
    func messages() throws {
        let all = Self.published.flatMap { bytes($0.0) }
        for place in all.indices {
            var parser = EventStreamParser()
            let messages =
                try parser.take(Array(all[..<place])) + parser.take(Array(all[place...]))
            #expect(messages.map(\.headers) == Self.published.map(\.1))
            #expect(
                messages.map { String(decoding: $0.payload, as: UTF8.self) }
                    == Self.published.map(\.2)
            )
            #expect(!parser.isWithin)
        }
        var parser = EventStreamParser()
        _ = try parser.take(Array(all.dropLast()))
        #expect(parser.isWithin)
    }

    @Test("Any byte that is changed is noticed")
    func changed() {
        let message = bytes(Self.published[2].0)
        for place in message.indices {
            var spoiled = message
            spoiled[place] ^= 0x10
            var parser = EventStreamParser()
            #expect(throws: ModelFault.self) {
                // Enough to complete a message whose length seems larger.
                _ = try parser.take(spoiled + Array(repeating: 0, count: 1 << 16))
            }
        }
    }

    @Test("Fields of all types are passed over, a cut one is refused")
    func fields() throws {
        let fields: [UInt8] =
            [1, 0x61, 0] + [1, 0x62, 1] + [1, 0x63, 2, 9] + [1, 0x64, 3, 0, 9] + [
                1, 0x65, 4, 0, 0, 0, 9,
            ]
            + [1, 0x66, 5] + Array(repeating: 0, count: 8) + [1, 0x67, 6, 0, 2, 1, 2]
            + [1, 0x68, 7, 0, 2, 0x6F, 0x6B] + [1, 0x69, 8] + Array(repeating: 0, count: 8)
            + [1, 0x6A, 9] + Array(repeating: 0, count: 16)
        var parser = EventStreamParser()
        #expect(
            try parser.take(EventStreamMessage.bytes(fields: fields)).first?.headers == ["h": "ok"]
        )
        for cut in [2, 5, fields.count - 1] {
            var parser = EventStreamParser()
            #expect(throws: ModelFault.self) {
                try parser.take(EventStreamMessage.bytes(fields: Array(fields[..<cut])))
            }
        }
    }
}

/// Writes messages of an event stream.
enum EventStreamMessage {
    static func bytes(_ headers: [(String, String)], _ payload: String) -> [UInt8] {
        var fields: [UInt8] = []
        for (name, value) in headers {
            fields += [UInt8(name.utf8.count)] + Array(name.utf8) + [7]
            fields +=
                [UInt8(value.utf8.count >> 8), UInt8(value.utf8.count & 255)] + Array(value.utf8)
        }
        return bytes(fields: fields, Array(payload.utf8))
    }

    static func event(_ type: String, _ payload: String) -> [UInt8] {
        bytes(
            [
                (":event-type", type), (":content-type", "application/json"),
                (":message-type", "event"),
            ],
            payload
        )
    }

    static func bytes(fields: [UInt8], _ payload: [UInt8] = []) -> [UInt8] {
        func number(_ value: UInt32) -> [UInt8] {
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
        }
        var message =
            number(UInt32(16 + fields.count + payload.count)) + number(UInt32(fields.count))
        message += number(CRC32.of(message))
        message += fields + payload
        return message + number(CRC32.of(message))
    }
}
