import Core

/// A message in Slack's Block Kit, for an incoming webhook.
enum SlackMessage {
    /// Slack's limits: a header has 150 characters, a section's text 3,000.
    static let headerLimit = 150
    static let sectionLimit = 3_000

    /// The JSON to post.
    static func json(_ message: TargetMessage) -> JSON {
        let subject = message.message.subject
        let mark =
            switch message.message.severity {
            case .info: "ℹ️"
            case .warning: "⚠️"
            case .alarm: "🚨"
            }
        var blocks: [JSON] = [
            [
                "type": "header",
                "text": [
                    "type": "plain_text", "emoji": true,
                    "text": .string(TargetMessage.short("\(mark) \(subject)", headerLimit)),
                ],
            ]
        ]
        if !message.body.isEmpty {
            blocks.append([
                "type": "section",
                "text": [
                    "type": "mrkdwn", "verbatim": true,
                    "text": .string(escaped(message.body, limit: sectionLimit)),
                ],
            ])
        }
        if let link = message.link {
            blocks.append([
                "type": "actions",
                "elements": [
                    [
                        "type": "button", "url": .string(link),
                        "text": ["type": "plain_text", "text": "Open"],
                    ]
                ],
            ])
        }
        // `text` is what notifications and screen readers take.
        return [
            "text": .string(escaped("\(mark) \(subject)", limit: sectionLimit)),
            "blocks": .array(blocks),
        ]
    }

    /// The three characters that Slack gives a meaning, as it asks for them; with `verbatim` nothing else
    /// becomes a link or a mention.
    static func escaped(_ text: String, limit: Int) -> String {
        var escaped = ""
        var count = 0
        for character in text {
            let piece =
                switch character {
                case "&": "&amp;"
                case "<": "&lt;"
                case ">": "&gt;"
                // mrkdwn has no escape of its own for these: a word joiner keeps them from pairing.
                case "*", "_", "~", "`": "\u{2060}\(character)\u{2060}"
                default: String(character)
                }
            guard count + piece.count <= limit - 1 else { return escaped + "…" }
            escaped += piece
            count += piece.count
        }
        return escaped
    }
}
