import Core

/// A page of a list, and the cursor of the next one.
struct ListPage<Item> {
    var items: ArraySlice<Item>
    var next: String?
}

extension RequestHandler {
    /// The page that the request's cursor names, of a list that is sorted by its keys.
    ///
    /// A cursor holds the last key before the page, so it stays good when the list changes.
    func page<Item>(
        of items: [Item],
        _ list: String,
        _ parameters: Parameters,
        key: (Item) -> String
    ) throws(RPCError) -> ListPage<Item> {
        var rest = items[...]
        if let cursor = try parameters.optional("cursor", longest: 8_192) {
            guard let bytes = Base64.decodeForURL(cursor),
                let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(list + ":")
            else {
                throw .invalidParams(
                    "this cursor is not one of \(list)",
                    pointer: "/params/cursor"
                )
            }
            let last = String(text.dropFirst(list.utf8.count + 1))
            rest = rest.drop { key($0) <= last }
        }
        let page = rest.prefix(limits.pageSize)
        guard page.endIndex < rest.endIndex, let last = page.last else {
            return ListPage(items: page)
        }
        return ListPage(items: page, next: Base64.encodeForURL(Array("\(list):\(key(last))".utf8)))
    }

    private func write<Item>(
        _ key: StaticString,
        _ page: ListPage<Item>,
        _ exchange: Exchange,
        json: (Item) -> JSON
    ) -> JSONText {
        var writer = writer(exchange, capacity: 4_096)
        writer.value(key, .array(page.items.map(json)))
        if let next = page.next { writer.value("nextCursor", .string(next)) }
        writer.cache(CacheHint(milliseconds: 300_000))
        return writer.finish()
    }

    // MARK: Resources

    func listResources(_ parameters: Parameters, _ exchange: Exchange) async throws -> JSONText {
        let all = try await features.resources(for: exchange.scope)
        let page = try page(of: all, "resources", parameters) { $0.uri }
        return write("resources", page, exchange) { $0.json }
    }

    func listTemplates(_ parameters: Parameters, _ exchange: Exchange) throws -> JSONText {
        let page = try page(of: features.templates(for: exchange.scope), "templates", parameters) {
            $0.pattern.text
        }
        return write("resourceTemplates", page, exchange) { $0.json }
    }

    func readResource(_ parameters: Parameters, _ exchange: Exchange) async throws -> JSONText {
        let uri = try parameters.string("uri", longest: 4_096)
        let answer = try await read(uri, exchange)
        var writer = writer(exchange, capacity: 4_096)
        writer.value("contents", .array(answer.contents.map(\.json)))
        writer.cache(answer.cache)
        return writer.finish()
    }

    /// What a resource holds.
    ///
    /// - Throws: `RPCError` when there is none that the caller may read.
    func read(_ uri: String, _ exchange: Exchange) async throws -> ResourceAnswer {
        do {
            if let answer = try await features.read(uri, exchange), !answer.contents.isEmpty {
                return answer
            }
        } catch let fault as any Fault where fault.kind == .notFound {
            // Below: nobody learns more than that.
        }
        let isModern = exchange.client.revision.isStateless
        throw RPCError(
            code: isModern ? RPCError.Code.invalidParams : RPCError.Code.resourceNotFound,
            message: "there is no resource \"\(uri.prefix(200))\"",
            data: ["uri": .string(uri)]
        )
    }

    // MARK: Prompts

    func listPrompts(_ parameters: Parameters, _ exchange: Exchange) throws -> JSONText {
        let page = try page(of: features.prompts(for: exchange.scope), "prompts", parameters) {
            $0.name
        }
        return write("prompts", page, exchange) { $0.json }
    }

    func getPrompt(_ parameters: Parameters, _ exchange: Exchange) async throws -> JSONText {
        let name = try parameters.string("name", longest: 200)
        guard let prompt = features.prompts(for: exchange.scope).first(where: { $0.name == name })
        else {
            throw RPCError.invalidParams(
                "there is no prompt \"\(name.prefix(80))\"",
                pointer: "/params/name"
            )
        }
        let pointer = "/params/arguments"
        let given = try parameters.texts(
            "arguments",
            in: try parameters.object("arguments"),
            at: pointer
        )
        for argument in prompt.arguments where argument.isRequired && given[argument.name] == nil {
            throw RPCError.invalidParams(
                "the prompt \"\(name)\" needs the argument \"\(argument.name)\"",
                pointer: pointer + "/" + JSON.pointerToken(argument.name)
            )
        }
        let known = Set(prompt.arguments.map(\.name))
        if let unknown = given.keys.sorted().first(where: { !known.contains($0) }) {
            throw RPCError.invalidParams(
                "the prompt \"\(name)\" has no argument \"\(unknown.prefix(60))\"",
                pointer: pointer + "/" + JSON.pointerToken(unknown)
            )
        }
        let answer = try await features.prompt(name, given, exchange)
        var writer = writer(exchange, capacity: 4_096)
        if let purpose = answer.purpose { writer.value("description", .string(purpose)) }
        writer.value("messages", .array(answer.messages.map(\.json)))
        return writer.finish()
    }

    // MARK: Completion

    func complete(_ parameters: Parameters, _ exchange: Exchange) async throws -> JSONText {
        let reference = try reference(parameters, exchange)
        let argument = Parameters(try parameters.object("argument"))
        guard let name = argument.object["name"]?.string, name.utf8.count <= 200,
            let value = argument.object["value"]?.string, value.utf8.count <= 4_096
        else {
            throw RPCError.invalidParams(
                "\"argument\" must have \"name\" and \"value\", both strings",
                pointer: "/params/argument"
            )
        }
        let context = try parameters.object("context")?["arguments"]
        let known = try parameters.texts(
            "arguments",
            in: context?.object,
            at: "/params/context/arguments"
        )
        let answer = try await features.complete(
            reference,
            argument: name,
            value: value,
            known: known,
            exchange
        )
        var completion: JSONObject = [
            "values": .array(answer.values.prefix(100).map { .string($0) })
        ]
        let total = answer.total ?? (answer.values.count <= 100 ? answer.values.count : nil)
        if let total { completion["total"] = .int(total) }
        completion["hasMore"] = .bool((total ?? Int.max) > min(100, answer.values.count))
        var writer = writer(exchange)
        writer.value("completion", .object(completion))
        return writer.finish()
    }

    private func reference(
        _ parameters: Parameters,
        _ exchange: Exchange
    ) throws(RPCError) -> CompletionReference {
        let reference = Parameters(try parameters.object("ref"))
        switch reference.object["type"]?.string {
        case "ref/prompt":
            guard let name = reference.object["name"]?.string,
                features.prompts(for: exchange.scope).contains(where: { $0.name == name })
            else {
                throw .invalidParams("there is no such prompt", pointer: "/params/ref/name")
            }
            return .prompt(name)
        case "ref/resource":
            guard let uri = reference.object["uri"]?.string,
                features.templates(for: exchange.scope).contains(where: { $0.pattern.text == uri })
            else {
                throw .invalidParams("there is no such template", pointer: "/params/ref/uri")
            }
            return .template(uri)
        default:
            throw .invalidParams(
                "\"type\" must be \"ref/prompt\" or \"ref/resource\"",
                pointer: "/params/ref/type"
            )
        }
    }
}
