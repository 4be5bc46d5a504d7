import Core

/// What tools answered in a conversation, so that a model can refer to it instead of copying it.
struct ToolResults: Sendable {
    /// The member of an object that refers to a result by its name; `pointer` says which part of it.
    static let reference = "$result"
    /// No single answer of a tool may fill the conversation.
    private static let mostBytes = 60_000

    private var outputs: [JSON] = []

    /// Keeps an answer.
    ///
    /// - Returns: what the model is shown: `{"result","output"}`, of a long one the beginning.
    mutating func add(_ output: JSON) -> JSON {
        outputs.append(output)
        let name = JSON.string("r\(outputs.count)")
        let bytes = output.bytes(.compact)
        guard bytes.count > Self.mostBytes else { return ["result": name, "output": output] }
        return [
            "result": name, "truncated": true, "bytes": .int(bytes.count),
            "beginning": .string(String(decoding: bytes.prefix(Self.mostBytes), as: UTF8.self)),
        ]
    }

    /// Puts values in the place of references.
    ///
    /// - Returns: what is wrong with a reference; nil when all are there.
    func resolve(_ json: inout JSON) -> JSON? {
        guard !outputs.isEmpty else { return nil }
        do throws(Mistake) {
            json = try resolved(json, depth: 0)
            return nil
        } catch {
            return ["error": .string(error.message)]
        }
    }

    private struct Mistake: Error {
        var message: String
    }

    private func resolved(_ json: JSON, depth: Int) throws(Mistake) -> JSON {
        guard depth < 64 else { throw Mistake(message: "the arguments are nested too deeply") }
        switch json {
        case .object(let object):
            if let name = object[Self.reference]?.string {
                return try value(of: name, at: object["pointer"]?.string ?? "")
            }
            var resolved = JSONObject()
            for member in object {
                resolved[member.key] = try self.resolved(member.value, depth: depth + 1)
            }
            return .object(resolved)
        case .array(let elements):
            var resolved: [JSON] = []
            for element in elements {
                resolved.append(try self.resolved(element, depth: depth + 1))
            }
            return .array(resolved)
        case .null, .bool, .number, .string: return json
        }
    }

    private func value(of name: String, at pointer: String) throws(Mistake) -> JSON {
        guard name.hasPrefix("r"), let number = Int(name.dropFirst()),
            outputs.indices.contains(number - 1)
        else { throw Mistake(message: "there is no result \"\(name.prefix(40))\"") }
        guard let value = outputs[number - 1].value(at: pointer) else {
            throw Mistake(message: "the result \(name) has nothing at \"\(pointer.prefix(200))\"")
        }
        return value
    }
}

extension JSON {
    /// The value at a JSON Pointer (RFC 6901); nil when there is none.
    fileprivate func value(at pointer: String) -> JSON? {
        guard !pointer.isEmpty else { return self }
        guard pointer.hasPrefix("/") else { return nil }
        var value = self
        for token in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let key = token.replacing("~1", with: "/").replacing("~0", with: "~")
            let next: JSON?
            if let object = value.object {
                next = object[String(key)]
            } else {
                next = Int(key).flatMap { (index: Int) in value[index] }
            }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
