import Core

/// A message as an Adaptive Card, for a Teams workflow's webhook.
enum TeamsMessage {
    /// The JSON to post.
    ///
    /// Texts are runs of rich text, in which Markdown means nothing: nothing needs an escape.
    static func json(_ message: TargetMessage) -> JSON {
        let colour =
            switch message.message.severity {
            case .info: "Default"
            case .warning: "Warning"
            case .alarm: "Attention"
            }
        var body: [JSON] = [
            [
                "type": "RichTextBlock",
                "inlines": [
                    [
                        "type": "TextRun", "text": .string(message.message.subject),
                        "size": "Large", "weight": "Bolder", "color": .string(colour),
                    ]
                ],
            ]
        ]
        let lines = message.body.split(separator: "\n").prefix(60)
        for line in lines {
            body.append([
                "type": "RichTextBlock",
                "inlines": [
                    ["type": "TextRun", "text": .string(TargetMessage.short(String(line), 1_000))]
                ],
            ])
        }
        var card: JSON = [
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard", "version": "1.4", "body": .array(body),
        ]
        if let link = message.link {
            card["actions"] = [
                ["type": "Action.OpenUrl", "title": "Open", "url": .string(link)]
            ]
        }
        return [
            "type": "message",
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
                    "content": card,
                ]
            ],
        ]
    }
}
