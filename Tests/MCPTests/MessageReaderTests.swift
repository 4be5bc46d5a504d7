import Core
import MCP
import Testing

@Suite struct MessageReaderTests {
    private let reader = MessageReader(sizeLimit: 200, depthLimit: 4)

    private func read(_ text: String) throws -> RPCMessage { try reader.message(Array(text.utf8)) }

    @Test("Requests, notifications, results and failures are told apart")
    func kinds() throws {
        #expect(
            try read(#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#)
                == .request(RPCRequest(id: .string("a"), method: "ping"))
        )
        #expect(
            try read(#"{"jsonrpc":"2.0","method":"n","params":{"a":1}}"#)
                == .notification(RPCNotification("n", params: ["a": 1]))
        )
        #expect(try read(#"{"jsonrpc":"2.0","id":7,"result":{}}"#) == .result(id: .number(7), [:]))
        #expect(
            try read(#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}}"#)
                == .failure(id: nil, RPCError(code: -32_700, message: "no"))
        )
    }

    @Test(
        "What is no message is refused with the code of JSON-RPC and with the id that can be read",
        arguments: [
            (#"{"jsonrpc":"2.0","#, nil, -32_700),
            (#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, nil, -32_700),
            (#"[]"#, nil, -32_600),
            (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, nil, -32_600),
            (#"3"#, nil, -32_600),
            (#"{"id":1,"method":"ping"}"#, RPCID.number(1), -32_600),
            (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, RPCID.number(1), -32_600),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, nil, -32_600),
            (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, nil, -32_600),
            (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, nil, -32_600),
            (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, nil, -32_600),
            (#"{"jsonrpc":"2.0","id":2,"method":7}"#, RPCID.number(2), -32_600),
            (#"{"jsonrpc":"2.0","id":2,"method":"ping","params":[1]}"#, RPCID.number(2), -32_600),
            (#"{"jsonrpc":"2.0","id":2}"#, RPCID.number(2), -32_600),
            (#"{"jsonrpc":"2.0","id":2,"result":1,"error":{}}"#, RPCID.number(2), -32_600),
            (#"{"jsonrpc":"2.0","id":2,"method":"p","params":{"a":[[[1]]]}}"#, nil, -32_600),
        ] as [(String, RPCID?, Int)]
    )
    func refused(_ text: String, _ id: RPCID?, _ code: Int) {
        #expect {
            _ = try read(text)
        } throws: { error in
            let error = error as? UnreadableMessage
            return error?.id == id && error?.error.code == code
        }
    }

    @Test("A message that is too long is refused before it is read")
    func tooLong() {
        let text = #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":""#
        #expect {
            _ = try read(text + String(repeating: "x", count: 200))
        } throws: { ($0 as? UnreadableMessage)?.error.code == -32_600 }
    }
}
