import Core
import Testing

@testable import MCP

/// Programs are those of the system's shell.
@Suite(.timeLimit(.minutes(1))) struct StdioTransportTests {
    private static func fault(of script: String) async throws -> OutsideFault? {
        let client = try OutsideClient(
            ServerProgram(command: "/bin/sh", arguments: ["-c", script]),
            configuration: .init(version: "1")
        )
        let fault: OutsideFault?
        do throws(OutsideFault) {
            // More than a pipe holds, so that it cannot all be written before the input is closed.
            _ = try await client.call(
                "x",
                ["text": .string(String(repeating: "x", count: 200_000))]
            )
            fault = nil
        } catch {
            fault = error
        }
        await client.close()
        return fault
    }

    @Test("A program that closes its input and stays is told of, and ends nothing but itself")
    func deaf() async throws {
        let fault = try await Self.fault(of: "exec 0<&-; sleep 30")
        #expect(fault?.reason == .cutOff)
        #expect(fault?.message == "the server's program closed its input")
    }

    @Test("A program that ends at once is told of with its status")
    func ends() async throws {
        let fault = try await Self.fault(of: "exit 3")
        #expect(fault?.reason == .cutOff)
        #expect(fault?.message == "the server's program exited with 3")
    }

    @Test("A program that ended is over although something that it started holds its output")
    func leavesSomething() async throws {
        let fault = try await Self.fault(of: "setsid sleep 5 & exit 4")
        #expect(fault?.message == "the server's program exited with 4")
    }
}
