import Core

/// What tools answered in a conversation, so that a model can refer to it instead of copying it.
struct ToolResults: Sendable {
    /// The member of an object that refers to a result by its name; `pointer` says which part of it.
    static let reference = "$result"
    /// No single answer of a tool may fill the conversation.
    private static let mostBytes = 60_000
    /// What the references in one answer of the model may come to in all, as JSON text: each may be written in
    /// a few bytes, and each stands for as much as a tool answered.
    static let mostResolved = 1 << 20

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
    /// - Parameters:
    ///   - json: the arguments of a call.
    ///   - left: how many bytes may still be put there, for all calls of one answer.
    /// - Returns: what is wrong with a reference; nil when all are there.
    func resolve(_ json: inout JSON, left: inout Int) -> JSON? {
        guard !outputs.isEmpty else { return nil }
        do throws(Mistake) {
            json = try resolved(json, depth: 0, &left)
            return nil
        } catch {
            return ["error": .string(error.message)]
        }
    }

    private struct Mistake: Error {
        var message: String
    }

    private func resolved(
        _ json: JSON,
        depth: Int,
        _ left: inout Int
    ) throws(Mistake) -> JSON {
        guard depth < 64 else { throw Mistake(message: "the arguments are nested too deeply") }
        switch json {
        case .object(let object):
            if let name = object[Self.reference]?.string {
                return try value(of: name, at: object["pointer"]?.string ?? "", &left)
            }
            var resolved = JSONObject()
            for member in object {
                resolved[member.key] = try self.resolved(member.value, depth: depth + 1, &left)
            }
            return .object(resolved)
        case .array(let elements):
            var resolved: [JSON] = []
            for element in elements {
                resolved.append(try self.resolved(element, depth: depth + 1, &left))
            }
            return .array(resolved)
        case .null, .bool, .number, .string: return json
        }
    }

    private func value(
        of name: String,
        at pointer: String,
        _ left: inout Int
    ) throws(Mistake) -> JSON {
        guard name.hasPrefix("r"), let number = Int(name.dropFirst()),
            outputs.indices.contains(number - 1)
        else { throw Mistake(message: "there is no result \"\(name.prefix(40))\"") }
        guard let value = outputs[number - 1].value(at: pointer) else {
            throw Mistake(message: "the result \(name) has nothing at \"\(pointer.prefix(200))\"")
        }
        // Once it was too much, nothing more is measured.
        if left >= 0 { left -= value.bytes(.compact).count }
        guard left >= 0 else {
            throw Mistake(
                message: """
                    what you refer to comes to more than \(Self.mostResolved) bytes in one answer; refer \
                    to the parts that are needed
                    """
            )
        }
        return value
    }
}
