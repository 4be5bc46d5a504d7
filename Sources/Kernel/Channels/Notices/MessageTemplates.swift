public import Core
public import Store

/// The words of messages: each kind's own, and what organisations put in their place.
public struct MessageTemplates: Sendable {
    /// Every kind, by name.
    public let kinds: [MessageKind]
    /// The language where nobody chose.
    public let language: String

    /// Templates of the kernel's kinds and others.
    ///
    /// - Parameters:
    ///   - others: the kinds that solutions send.
    ///   - language: where nobody chose: one of ``MessageKind/languages``.
    /// - Throws: `ChannelError` of code `invalid-template` when a kind's own words use what it lacks.
    public init(_ others: [MessageKind] = [], language: String = "en") throws(ChannelError) {
        kinds = MessageKind.ownKinds + others
        self.language = language
        for kind in kinds {
            for words in kind.words.values {
                _ = try MessageTemplate(words.subject, names: kind.placeholders, at: "/subject")
                _ = try MessageTemplate(words.body, names: kind.placeholders, at: "/body")
            }
        }
    }

    /// The words of every kind in every language, as the organisation has them.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [JSON] {
        let own = try reader.query(
            "SELECT kind, language, subject, body FROM channels_template WHERE organisation = ?",
            [.id(scope.organisation)]
        ) { row in
            (
                key: try row.text(0) + " " + (try row.text(1)),
                words: MessageKind.Words(subject: try row.text(2), body: try row.text(3))
            )
        }
        let known = Dictionary(own.map { ($0.key, $0.words) }) { $1 }
        return kinds.flatMap { kind in
            MessageKind.languages.compactMap { language -> JSON? in
                guard let standard = kind.words[language] else { return nil }
                let changed = known["\(kind.name) \(language)"]
                let words = changed ?? standard
                return [
                    "kind": .string(kind.name), "purpose": .string(kind.purpose),
                    "language": .string(language), "subject": .string(words.subject),
                    "body": .string(words.body),
                    "placeholders": .array(kind.placeholders.map { .string($0) }),
                    "isDefault": .bool(changed == nil),
                ]
            }
        }
    }

    /// Puts an organisation's words in place of a kind's own.
    ///
    /// - Throws: `ChannelError` of code `invalid-template` or `not-found`, or `StoreError`.
    public func set(
        _ words: MessageKind.Words,
        kind name: String,
        language: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let kind = try kind(name, language)
        guard (1...200).contains(words.subject.count) else {
            throw ChannelError(
                .invalidTemplate,
                "the subject must have 1 to 200 characters",
                pointer: "/subject"
            )
        }
        guard words.body.utf8.count <= 20_000 else {
            throw ChannelError(
                .invalidTemplate,
                "the body must have at most 20,000 bytes",
                pointer: "/body"
            )
        }
        _ = try MessageTemplate(words.subject, names: kind.placeholders, at: "/subject")
        _ = try MessageTemplate(words.body, names: kind.placeholders, at: "/body")
        try transaction.execute(
            """
            INSERT INTO channels_template (organisation, kind, language, subject, body)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (organisation, kind, language)
                DO UPDATE SET subject = excluded.subject, body = excluded.body
            """,
            [
                .id(scope.organisation), .text(name), .text(language), .text(words.subject),
                .text(words.body),
            ]
        )
    }

    /// Gives a kind its own words back.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func reset(
        kind name: String,
        language: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        _ = try kind(name, language)
        try transaction.execute(
            "DELETE FROM channels_template WHERE organisation = ? AND kind = ? AND language = ?",
            [.id(scope.organisation), .text(name), .text(language)]
        )
    }

    private func kind(_ name: String, _ language: String) throws(ChannelError) -> MessageKind {
        guard let kind = kinds.first(where: { $0.name == name }), kind.words[language] != nil
        else { throw ChannelError(.notFound, "there is no such message") }
        return kind
    }

    /// A message in somebody's language, in the words that the organisation has for it.
    ///
    /// - Throws: `ChannelError`, or `StoreError`.
    func message(
        kind name: String,
        values: [String: String],
        language: String?,
        link: String?,
        severity: Message.Severity,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Message {
        guard let kind = kinds.first(where: { $0.name == name }) else {
            throw ChannelError(.invalidMessage, "there is no message \"\(name)\"")
        }
        let chosen = [language, self.language, "en"].compactMap { $0 }
            .first { kind.words[$0] != nil }
        guard let chosen, let standard = kind.words[chosen] else {
            throw ChannelError(.invalidMessage, "the message \"\(name)\" has no words")
        }
        let own = try reader.first(
            """
            SELECT subject, body FROM channels_template
            WHERE organisation = ? AND kind = ? AND language = ?
            """,
            [.id(organisation), .text(name), .text(chosen)]
        ) { MessageKind.Words(subject: try $0.text(0), body: try $0.text(1)) }
        let words = own ?? standard
        let subject = try MessageTemplate(
            words.subject,
            names: kind.placeholders,
            at: "/subject"
        ).text(values)
        let body = try MessageTemplate(words.body, names: kind.placeholders, at: "/body")
            .text(values)
        return try Message(
            subject: Self.line(subject),
            body: Self.plain(body),
            link: link,
            severity: severity
        )
    }

    /// One line of at most 200 characters, whatever the values brought in.
    private static func line(_ text: String) -> String {
        let words = text.split {
            $0.isWhitespace
                || $0.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        let line = words.joined(separator: " ")
        let short = line.count > 200 ? line.prefix(199) + "…" : line[...]
        return short.isEmpty ? "–" : String(short)
    }

    private static func plain(_ text: String) -> String {
        let kept = text.unicodeScalars.filter {
            $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
        }
        let plain = String(String.UnicodeScalarView(kept))
        return plain.utf8.count > 50_000 ? String(plain.prefix(12_000)) + "…" : plain
    }
}
