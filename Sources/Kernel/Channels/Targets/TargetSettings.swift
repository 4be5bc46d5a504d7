import Core

/// The members of a target by its kind: which there are, which of them are secret.
enum TargetSettings {
    /// One member.
    struct Member: Sendable {
        var name: String
        var isRequired: Bool
        var isSecret: Bool
        var check: @Sendable (JSONReader, TargetAddresses) throws(GeneralFault) -> JSON

        init(
            _ name: String,
            required: Bool = false,
            secret: Bool = false,
            _ check:
                @escaping @Sendable (JSONReader, TargetAddresses) throws(GeneralFault) -> JSON
        ) {
            self.name = name
            isRequired = required
            isSecret = secret
            self.check = check
        }
    }

    /// The members that any kind has.
    static let names: Set<String> = [
        "url", "routingKey", "preset", "from", "to", "accountSid", "authToken", "accessKeyId",
        "secretAccessKey", "region", "contentType", "body", "authorization",
    ]

    /// The members of a kind; `preset` decides for text messages.
    static func members(
        _ kind: ChannelTarget.Kind,
        preset: String?
    ) throws(GeneralFault) -> [Member] {
        switch kind {
        // The address holds the secret: whoever has it may post.
        case .slack, .teams: [Member("url", required: true, secret: true, address)]
        case .pagerduty:
            [
                Member("routingKey", required: true, secret: true, word(20...64)),
                Member("url", address),
            ]
        case .sms:
            switch preset {
            case "twilio":
                [
                    Member("preset", required: true, word(1...20)),
                    Member("accountSid", required: true, word(4...64)),
                    Member("authToken", required: true, secret: true, word(8...128)),
                    Member("from", required: true, sender), Member("to", phone),
                    Member("url", address),
                ]
            case "sns":
                [
                    Member("preset", required: true, word(1...20)),
                    Member("accessKeyId", required: true, word(8...128)),
                    Member("secretAccessKey", required: true, secret: true, word(8...128)),
                    Member("region", required: true, word(4...32)), Member("from", sender),
                    Member("to", phone), Member("url", address),
                ]
            case "generic":
                [
                    Member("preset", required: true, word(1...20)),
                    Member("url", required: true, secret: true, address),
                    Member("contentType", required: true, contentType),
                    Member("body", required: true, template),
                    Member("authorization", secret: true, line), Member("from", sender),
                    Member("to", phone),
                ]
            default:
                throw GeneralFault(
                    .invalid,
                    code: "invalid-value",
                    "expected generic, twilio or sns",
                    pointer: "/preset"
                )
            }
        }
    }

    private static func address(
        _ reader: JSONReader,
        _ addresses: TargetAddresses
    ) throws(GeneralFault) -> JSON {
        let text = try reader.string(length: 1...2_000)
        do {
            return .string(try addresses.checked(text, at: reader.pointer))
        } catch {
            throw reader.fault(error.message)
        }
    }

    private static func word(
        _ length: ClosedRange<Int>
    ) -> @Sendable (JSONReader, TargetAddresses) throws(GeneralFault) -> JSON {
        { (reader, _) throws(GeneralFault) in
            let text = try reader.string(length: length)
            let isWord = text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || "-_+/=.".utf8.contains(byte)
            }
            guard isWord else { throw reader.fault("expected letters, digits and -_+/=.") }
            return .string(text)
        }
    }

    private static func line(
        _ reader: JSONReader,
        _: TargetAddresses
    ) throws(GeneralFault) -> JSON {
        let text = try reader.string(length: 1...1_000)
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw reader.fault("expected one line of ASCII")
        }
        return .string(text)
    }

    private static func phone(
        _ reader: JSONReader,
        _: TargetAddresses
    ) throws(GeneralFault) -> JSON {
        let text = try reader.string(length: 1...20)
        guard PersonalPreferences.isPhone(text) else {
            throw reader.fault("expected a number such as +436601234567: + and 7 to 15 digits")
        }
        return .string(text)
    }

    /// A number, or up to eleven letters and digits, as networks show senders.
    private static func sender(
        _ reader: JSONReader,
        _: TargetAddresses
    ) throws(GeneralFault) -> JSON {
        let text = try reader.string(length: 1...34)
        let isName = text.utf8.count <= 11 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let isService = text.hasPrefix("MG") && text.utf8.allSatisfy { (0x30...0x7A).contains($0) }
        guard PersonalPreferences.isPhone(text) || isName || isService else {
            throw reader.fault("expected a number such as +436601234567, or up to 11 characters")
        }
        return .string(text)
    }

    private static func contentType(
        _ reader: JSONReader,
        _: TargetAddresses
    ) throws(GeneralFault) -> JSON {
        let text = try reader.string(length: 1...100)
        guard SMSGateway.contentTypes.contains(text) else {
            throw reader.fault("expected \(SMSGateway.contentTypes.joined(separator: " or "))")
        }
        return .string(text)
    }

    private static func template(
        _ reader: JSONReader,
        _: TargetAddresses
    ) throws(GeneralFault) -> JSON {
        let text = try reader.string(length: 1...2_000)
        do {
            _ = try MessageTemplate(text, names: SMSGateway.placeholders, at: reader.pointer)
        } catch {
            throw reader.fault(error.message)
        }
        return .string(text)
    }
}
