import Core

extension RequestHandler {
    func listTools(_ parameters: Parameters, _ exchange: Exchange) throws -> JSONText {
        let page = try page(of: features.tools(for: exchange.scope), "tools", parameters) {
            $0.name
        }
        let revision = exchange.client.revision
        var writer = writer(exchange, capacity: 65_536)
        writer.list("tools") { writer in
            for tool in page.items { writer.text(tool.text(in: revision).bytes.span) }
        }
        if let next = page.next { writer.value("nextCursor", .string(next)) }
        writer.cache(CacheHint(milliseconds: 300_000))
        return writer.finish()
    }

    func callTool(
        _ request: RPCRequest,
        _ parameters: Parameters,
        _ exchange: Exchange
    ) async throws -> JSONText {
        let name = try parameters.string("name", longest: 200)
        let arguments = try parameters.object("arguments") ?? JSONObject()
        guard features.tool(name, for: exchange.scope) != nil else {
            throw RPCError.invalidParams(
                "there is no tool \"\(name.prefix(80))\"",
                pointer: "/params/name"
            )
        }
        do {
            return write(try await features.call(name, .object(arguments), exchange), exchange)
        } catch let error as RPCError {
            throw error
        } catch let required as InputRequired {
            throw required
        } catch is CancellationError {
            throw CancellationError()
        } catch let fault as any Fault where fault.kind != .internal {
            return try refusal(fault, exchange)
        } catch {
            report(error, request, exchange)
            let text = "something went wrong on the server's side; it is in its log"
            return write(.failure([.text(text)]), exchange)
        }
    }

    /// A fault of a tool, as the model should read it.
    private func refusal(_ fault: any Fault, _ exchange: Exchange) throws -> JSONText {
        // Until 2025-06-18 arguments that are not what a tool takes were an error of the protocol.
        if exchange.client.revision < .november2025,
            fault.kind == .invalid || fault.kind == .malformed
        {
            var data = fault.details
            data["code"] = .string(fault.code)
            throw RPCError.invalidParams(
                fault.message,
                pointer: "/params/arguments" + (fault.pointer ?? ""),
                data: data
            )
        }
        var text = fault.message
        if let pointer = fault.pointer, !pointer.isEmpty { text += " (at \(pointer))" }
        for error in fault.details["errors"]?.array?.dropFirst() ?? [] {
            guard let detail = error["detail"]?.string else { continue }
            text += "\n\(detail) (at \(error["pointer"]?.string ?? ""))"
        }
        var problem: JSONObject = [
            "code": .string(fault.code), "detail": .string(fault.message),
            "kind": .string(fault.kind.rawValue),
        ]
        if let pointer = fault.pointer { problem["pointer"] = .string(pointer) }
        for member in fault.details where problem[member.key] == nil {
            problem[member.key] = member.value
        }
        return write(.failure([.text(text)], problem: .object(problem)), exchange)
    }

    /// The key in `_meta` under which a refused call has the problem's members.
    static let problemKey = "weft/problem"

    private func write(_ answer: ToolAnswer, _ exchange: Exchange) -> JSONText {
        switch answer {
        case .document(let document):
            var writer = writer(exchange, capacity: document.bytes.count * 3 + 256)
            writer.list("content") { writer in
                writer.beginObject()
                writer.key("type")
                writer.string("text")
                writer.key("text")
                writer.string(document.bytes.span)
                writer.endObject()
            }
            // Until 2025-11-25 a structured result is an object.
            if exchange.client.revision.isStateless
                || (exchange.client.revision.hasStructuredOutput
                    && document.bytes.first == UInt8(ascii: "{"))
            {
                writer.text("structuredContent", document)
            }
            return writer.finish()
        case .content(let blocks, let structured):
            var writer = writer(exchange)
            writer.value("content", .array(blocks.map(\.json)))
            if let structured,
                exchange.client.revision.isStateless
                    || (exchange.client.revision.hasStructuredOutput && structured.object != nil)
            {
                writer.value("structuredContent", structured)
            }
            return writer.finish()
        case .failure(let blocks, let problem):
            var writer = writer(exchange)
            writer.value("content", .array(blocks.map(\.json)))
            writer.value("isError", true)
            return writer.finish(meta: problem.map { JSONObject([(Self.problemKey, $0)]) })
        }
    }
}
