import Core

/// What a client may say.
enum LiveCommand: Equatable {
    case authenticate(String)
    case subscribe(id: String, topic: String, after: Int64?)
    case unsubscribe(id: String)
    case presence(topic: String, state: PresenceState?)

    /// Why a message is no command, to be told as an `error`.
    struct Refusal: Error {
        var id: String?
        var code: String
        var detail: String
    }

    init(_ text: [UInt8]) throws(Refusal) {
        var id: String?
        do {
            let json = JSONReader(try JSON(parsing: text, limits: JSON.Limits(depth: 8)))
            id = json.value["id"]?.string.map { String($0.prefix(64)) }
            switch try json.member("type").string(length: 0...40) {
            case "authenticate":
                try json.onlyKeys(["type", "token"])
                self = .authenticate(try json.member("token").string(length: 1...8_192))
            case "subscribe":
                try json.onlyKeys(["type", "id", "topic", "after"])
                self = .subscribe(
                    id: try json.member("id").string(length: 1...64),
                    topic: try json.member("topic").string(length: 1...200),
                    after: try json.optional("after").map { reader throws(GeneralFault) in
                        Int64(try reader.int(in: 0...(1 << 53)))
                    }
                )
            case "unsubscribe":
                try json.onlyKeys(["type", "id"])
                self = .unsubscribe(id: try json.member("id").string(length: 1...64))
            case "presence":
                try json.onlyKeys(["type", "topic", "state"])
                self = .presence(
                    topic: try json.member("topic").string(length: 1...200),
                    state: try json.optional("state").map { reader throws(GeneralFault) in
                        try reader.choice(PresenceState.self)
                    }
                )
            case let other:
                throw GeneralFault(
                    .invalid,
                    code: "unknown-type",
                    "\"\(other)\" is no message; expected authenticate, subscribe, unsubscribe or presence",
                    pointer: "/type"
                )
            }
        } catch let fault as GeneralFault {
            let place = fault.pointer.map { $0.isEmpty ? "" : "\($0): " } ?? ""
            throw Refusal(id: id, code: fault.code, detail: place + fault.message)
        } catch let error as JSONSyntaxError {
            throw Refusal(
                code: "malformed-json",
                detail: "the message is not JSON: \(error.description)"
            )
        } catch {
            throw Refusal(id: id, code: "malformed-json", detail: "the message is not JSON")
        }
    }
}
