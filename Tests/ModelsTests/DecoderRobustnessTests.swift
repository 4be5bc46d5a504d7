import Core
import Testing

@testable import Models

/// Whatever a provider sends, a decoder answers or refuses; it never stops the program.
@Suite struct DecoderRobustnessTests {
    private static let anthropic = #"""
        event: message_start
        data: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":9223372036854775807,"output_tokens":-1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1e400}}

        event: message_stop
        data: {"type":"message_stop"}


        """#

    private static let openai = #"""
        data: {"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}

        data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"n","arguments":"{}"}}]},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":{"prompt_tokens":-9223372036854775808,"completion_tokens":9223372036854775807,"prompt_tokens_details":{"cached_tokens":9223372036854775807}}}

        data: [DONE]


        """#

    private static let bedrock: [UInt8] =
        EventStreamMessage.event(
            "contentBlockDelta",
            #"{"contentBlockIndex":0,"delta":{"text":"a"}}"#
        )
        + EventStreamMessage.event("messageStop", #"{"stopReason":"end_turn"}"#)
        + EventStreamMessage.event(
            "metadata",
            #"{"usage":{"inputTokens":9223372036854775807,"outputTokens":1}}"#
        )

    @Test("Counts that cannot be are brought into bounds")
    func counts() {
        let first = outcome(AnthropicDecoder(), [Array(Self.anthropic.utf8)]).reply
        #expect(first?.usage == ModelUsage(input: 1_000_000_000, output: 1_000_000_000))
        let second = outcome(ChatCompletionsDecoder(turn: 1), [Array(Self.openai.utf8)]).reply
        #expect(
            second?.usage == ModelUsage(input: 0, output: 1_000_000_000, cacheRead: 1_000_000_000)
        )
        let third = outcome(BedrockDecoder(model: "m"), [Self.bedrock]).reply
        #expect(third?.usage == ModelUsage(input: 1_000_000_000, output: 1))
    }

    @Test("Calls with impossible numbers are refused")
    func numbers() {
        let text =
            #"data: {"choices":[{"delta":{"tool_calls":[{"index":9223372036854775807,"id":"x","function":{"name":"n"}}]}}]}"#
        #expect(
            outcome(ChatCompletionsDecoder(turn: 1), [Array((text + "\n\n").utf8)]).fault
                == .malformed
        )
    }

    @Test(
        "Streams with bytes changed, doubled and left out end one way or the other",
        arguments: 0..<8
    )
    func mutations(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        let streams: [(any ReplyDecoder, [UInt8])] = [
            (AnthropicDecoder(), Array(Self.anthropic.utf8)),
            (ChatCompletionsDecoder(turn: 1), Array(Self.openai.utf8)),
            (BedrockDecoder(model: "m"), Self.bedrock),
        ]
        for (decoder, stream) in streams {
            for _ in 0..<400 {
                var bytes = stream
                for _ in 0...Int(random.next() % 4) {
                    let at = Int(random.next() % UInt64(bytes.count))
                    switch random.next() % 3 {
                    case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes.remove(at: at)
                    default: bytes.insert(contentsOf: bytes[..<at].suffix(9), at: at)
                    }
                }
                let found = outcome(decoder, [bytes])
                #expect((found.reply == nil) != (found.fault == nil), "seed \(seed)")
            }
        }
    }

    @Test("An answer of too many parts or bytes is refused")
    func bounds() throws {
        var assembly = ReplyAssembly()
        for index in 0..<ReplyAssembly.blockLimit { _ = try assembly.add(text: "a", at: index) }
        #expect(throws: ModelFault.self) { try assembly.add(text: "a", at: 1_000) }
        let piece = String(repeating: "x", count: 1 << 20)
        #expect(throws: ModelFault.self) {
            for _ in 0...8 { _ = try assembly.add(text: piece, at: 0) }
        }
        var deep = "{\"content\":" + String(repeating: "[", count: 10_000)
        deep += String(repeating: "]", count: 10_000) + "}"
        let decoder = WholeReplyDecoder(AnthropicDecoder.reply)
        #expect(outcome(decoder, [Array(deep.utf8)]).fault == .malformed)
    }
}
