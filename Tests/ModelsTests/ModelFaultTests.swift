import Core
import Testing

@testable import Models

@Suite struct ModelFaultTests {
    private func body(_ text: String) -> [UInt8] { Array(text.utf8) }

    private let anthropic = AnthropicMessages(base: "", model: "m", key: "k")
    private let openai = ChatCompletions(base: "", model: "m")

    @Test(
        "Anthropic's errors mean what its documentation says",
        arguments: [
            (400, "invalid_request_error", "max_tokens: too many", ModelFault.Code.refusedRequest),
            (
                400, "invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum",
                .tooLong
            ),
            (401, "authentication_error", "invalid x-api-key", .unauthorised),
            (402, "billing_error", "pay", .unauthorised),
            (403, "permission_error", "no", .unauthorised),
            (404, "not_found_error", "model: m", .refusedRequest),
            (413, "request_too_large", "big", .tooLong),
            (429, "rate_limit_error", "slow down", .throttled),
            (500, "api_error", "oops", .unavailable),
            (504, "timeout_error", "late", .timedOut),
            (529, "overloaded_error", "busy", .unavailable),
        ]
    )
    func anthropicErrors(status: Int, type: String, message: String, code: ModelFault.Code) {
        let text =
            #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"},"request_id":"r"}"#
        let fault = anthropic.fault(status, [("retry-after", "7")], body(text))
        #expect(fault.code == code)
        #expect(fault.retryAfter == .seconds(7))
        // What an authority says may repeat credentials.
        #expect(fault.message.contains(message) == (code != .unauthorised))
    }

    @Test("OpenAI's errors, and those of servers that speak like it")
    func openAIErrors() {
        func code(_ status: Int, _ text: String) -> ModelFault.Code {
            openai.fault(status, [], body(text)).code
        }
        #expect(
            code(
                429,
                #"{"error":{"message":"Rate limit","type":"requests","code":"rate_limit_exceeded"}}"#
            ) == .throttled
        )
        #expect(
            code(
                429,
                #"{"error":{"message":"quota","type":"insufficient_quota","code":"insufficient_quota"}}"#
            ) == .unauthorised
        )
        #expect(
            code(
                400,
                #"{"error":{"message":"This model's maximum context length is 8192 tokens","code":"context_length_exceeded"}}"#
            ) == .tooLong
        )
        #expect(
            code(
                401,
                #"{"error":{"message":"Incorrect API key provided: sk-abc","code":"invalid_api_key"}}"#
            ) == .unauthorised
        )
        #expect(
            code(404, #"{"error":"model \"x\" not found, try pulling it first"}"#)
                == .refusedRequest
        )
        #expect(
            code(400, #"[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]"#)
                == .refusedRequest
        )
        #expect(code(502, "<html>bad gateway</html>") == .unavailable)
        #expect(code(302, "") == .refusedRequest)
    }

    @Test(
        "Bedrock's exceptions mean what its documentation says",
        arguments: [
            (403, "AccessDeniedException", "no", ModelFault.Code.unauthorised),
            (403, "UnrecognizedClientException", "token", .unauthorised),
            (403, "ExpiredTokenException", "token", .unauthorised),
            (403, "InvalidSignatureException", "no", .unauthorised),
            (429, "ThrottlingException", "slow", .throttled),
            (429, "ModelNotReadyException", "wait", .unavailable),
            (408, "ModelTimeoutException", "late", .timedOut),
            (424, "ModelErrorException", "oops", .unavailable),
            (500, "InternalServerException", "oops", .unavailable),
            (503, "ServiceUnavailableException", "no", .unavailable),
            (404, "ResourceNotFoundException", "no", .refusedRequest),
            (400, "ValidationException", "Input is too long for requested model.", .tooLong),
            (400, "ValidationException", "bad", .refusedRequest),
        ]
    )
    func bedrockErrors(status: Int, type: String, message: String, code: ModelFault.Code) {
        let headers = [
            (name: "x-amzn-errortype", value: "\(type):http://internal.amazon.com/coral/")
        ]
        #expect(
            BedrockPlace.fault(status, headers, body(#"{"message":"\#(message)"}"#)).code == code
        )
    }

    @Test(
        "How long to wait is read in each of its forms",
        arguments: [
            ([("retry-after", "2")], Duration.seconds(2)),
            ([("retry-after", "0.5")], .milliseconds(500)),
            ([("retry-after-ms", "1500"), ("retry-after", "9")], .milliseconds(1_500)),
            (
                [
                    ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                    ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"),
                ],
                .seconds(30)
            ),
            (
                [
                    ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                    ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"),
                ], .zero
            ),
            ([("retry-after", "soon")], nil), ([("retry-after", "-3")], nil), ([], nil),
        ] as [([(name: String, value: String)], Duration?)]
    )
    func retryAfter(headers: [(name: String, value: String)], expected: Duration?) {
        #expect(RetryAfter.duration(headers) == expected)
    }
}
