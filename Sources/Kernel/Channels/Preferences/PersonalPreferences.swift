public import Core

/// The channels that reach one person.
public enum PersonalChannel: String, Sendable, CaseIterable {
    /// The inbox in the program.
    case inbox
    /// Mail to the account's address.
    case email
    /// A text message to a number of the person's own.
    case sms
    /// Notifications of browsers and phones that the person has registered.
    case push
}

/// How a person wants to be told things.
public struct PersonalPreferences: Sendable, Hashable {
    /// One channel's setting.
    public struct Setting: Sendable, Hashable {
        /// Whether it is used at all.
        public var enabled: Bool
        /// From which severity on.
        public var minimum: Message.Severity

        func wants(_ severity: Message.Severity) -> Bool { enabled && severity >= minimum }
    }

    /// By channel.
    public var settings: [PersonalChannel: Setting]
    /// The number for text messages, `+` and 7 to 15 digits (E.164).
    public var phone: String?
    /// When not to be disturbed; nil for never.
    public var quietHours: QuietHours?
    /// The language; nil for the installation's.
    public var language: String?

    /// What holds for who has said nothing: all in the inbox, mail for alarms, push from warnings on.
    public static let standard = PersonalPreferences(
        settings: [
            .inbox: Setting(enabled: true, minimum: .info),
            .email: Setting(enabled: true, minimum: .alarm),
            .sms: Setting(enabled: false, minimum: .alarm),
            .push: Setting(enabled: true, minimum: .warning),
        ]
    )

    func setting(_ channel: PersonalChannel) -> Setting {
        settings[channel] ?? Setting(enabled: false, minimum: .alarm)
    }

    /// `{"channels":{…},"quietHours","language"}`; what is missing is as in ``standard``.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ reader: JSONReader) throws(GeneralFault) {
        self = .standard
        try reader.onlyKeys(["channels", "quietHours", "language"])
        if let channels = try reader.optional("channels") {
            try channels.onlyKeys(Set(PersonalChannel.allCases.map(\.rawValue)))
            for channel in PersonalChannel.allCases {
                guard let setting = try channels.optional(channel.rawValue) else { continue }
                try setting.onlyKeys(["enabled", "minimum", "address"])
                settings[channel] = Setting(
                    enabled: try setting.member("enabled").bool(),
                    minimum: try setting.optional("minimum")?.choice(Message.Severity.self)
                        ?? Self.standard.setting(channel).minimum
                )
                guard let address = try setting.optional("address") else { continue }
                // Mail goes to the account's address alone: any other would be somebody else's.
                guard channel == .sms else { continue }
                phone = try Self.phone(address)
            }
        }
        if settings[.sms]?.enabled == true, phone == nil {
            throw GeneralFault(
                .invalid,
                code: "missing-field",
                "text messages need a number",
                pointer: "/channels/sms/address"
            )
        }
        if let quiet = try reader.optional("quietHours") { quietHours = try QuietHours(quiet) }
        if let chosen = try reader.optional("language") {
            let text = try chosen.string(length: 2...2)
            guard MessageKind.languages.contains(text) else {
                throw chosen.fault(
                    "expected one of \(MessageKind.languages.joined(separator: ", "))"
                )
            }
            language = text
        }
    }

    private init(settings: [PersonalChannel: Setting]) {
        self.settings = settings
    }

    private static func phone(_ reader: JSONReader) throws(GeneralFault) -> String {
        let text = try reader.string(length: 1...40)
        let digits = text.filter { $0 != " " && $0 != "-" }
        guard isPhone(digits) else {
            throw reader.fault("expected a number such as +436601234567: + and 7 to 15 digits")
        }
        return digits
    }

    /// Whether the text is a number in E.164's form.
    static func isPhone(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count)
            && digits.allSatisfy { (0x30...0x39).contains($0) } && digits.first != 0x30
    }

    /// What the initialiser reads, whole.
    ///
    /// - Parameter email: where the person's mail goes.
    /// - Returns: the JSON.
    public func json(email: String?) -> JSON {
        var channels = JSONObject()
        for channel in PersonalChannel.allCases {
            let setting = setting(channel)
            var json: JSON = [
                "enabled": .bool(setting.enabled), "minimum": .string(setting.minimum.rawValue),
            ]
            if channel == .email { json["address"] = .optional(email) }
            if channel == .sms { json["address"] = .optional(phone) }
            channels[channel.rawValue] = json
        }
        return [
            "channels": .object(channels), "quietHours": quietHours?.json ?? .null,
            "language": .optional(language),
        ]
    }
}
