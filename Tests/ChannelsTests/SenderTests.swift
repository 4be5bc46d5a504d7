import Core
import Testing

@testable import Channels

@Suite struct SenderTests {
    private func message(
        _ subject: String,
        _ body: String,
        severity: Message.Severity = .alarm,
        incident: Incident? = nil
    ) throws -> TargetMessage {
        TargetMessage(
            message: try Message(
                subject: subject,
                body: body,
                link: "/console/alarms",
                severity: severity
            ),
            incident: incident,
            id: ID(high: 1, low: 2),
            at: Timestamp(microseconds: 1_795_176_000_000_000),
            linkBase: "https://weft.example/"
        )
    }

    // docs.slack.dev: formatting text (escapes), blocks header, section, actions.
    @Test("Slack gets blocks with its three characters escaped and no mentions")
    func slack() throws {
        let json = SlackMessage.json(
            try message("CPU > 80 %", "<!channel> & <@U1> *bold*\nsecond line\n")
        )
        let expected: JSON = [
            "text": "🚨 CPU &gt; 80 %",
            "blocks": [
                [
                    "type": "header",
                    "text": ["type": "plain_text", "emoji": true, "text": "🚨 CPU > 80 %"],
                ],
                [
                    "type": "section",
                    "text": [
                        "type": "mrkdwn", "verbatim": true,
                        "text":
                            "&lt;!channel&gt; &amp; &lt;@U1&gt; \u{2060}*\u{2060}bold\u{2060}*\u{2060}\nsecond line",
                    ],
                ],
                [
                    "type": "actions",
                    "elements": [
                        [
                            "type": "button", "url": "https://weft.example/console/alarms",
                            "text": ["type": "plain_text", "text": "Open"],
                        ]
                    ],
                ],
            ],
        ]
        #expect(json == expected)
        let long = SlackMessage.json(
            try message(String(repeating: "x", count: 200), String(repeating: "<", count: 5_000))
        )
        #expect(long["blocks"]?[0]?["text"]?["text"]?.string?.count == 150)
        #expect((long["blocks"]?[1]?["text"]?["text"]?.string?.count ?? 9_999) <= 3_000)
    }

    // learn.microsoft.com: "Create incoming webhooks with Workflows" and the Adaptive Card schema 1.4.
    @Test("Teams gets an Adaptive Card whose texts are runs, in which Markdown means nothing")
    func teams() throws {
        let json = TeamsMessage.json(try message("Down", "**not bold** [x](http://y)\n\nsecond"))
        let expected: JSON = [
            "type": "message",
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
                    "content": [
                        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                        "type": "AdaptiveCard", "version": "1.4",
                        "body": [
                            [
                                "type": "RichTextBlock",
                                "inlines": [
                                    [
                                        "type": "TextRun", "text": "Down", "size": "Large",
                                        "weight": "Bolder", "color": "Attention",
                                    ]
                                ],
                            ],
                            [
                                "type": "RichTextBlock",
                                "inlines": [
                                    ["type": "TextRun", "text": "**not bold** [x](http://y)"]
                                ],
                            ],
                            [
                                "type": "RichTextBlock",
                                "inlines": [["type": "TextRun", "text": "second"]],
                            ],
                        ],
                        "actions": [
                            [
                                "type": "Action.OpenUrl", "title": "Open",
                                "url": "https://weft.example/console/alarms",
                            ]
                        ],
                    ],
                ]
            ],
        ]
        #expect(json == expected)
    }

    // developer.pagerduty.com: Events API v2, "Send an alert event".
    @Test("PagerDuty gets trigger, acknowledge and resolve with the incident's key")
    func pagerDuty() throws {
        let key = "R0123456789ABCDEF0123456789ABCDE"
        let trigger = PagerDutyEvent.json(
            try message("Down", "It is.", incident: Incident("alarm:1")),
            routingKey: key,
            source: "https://weft.example"
        )
        let expected: JSON = [
            "routing_key": .string(key), "event_action": "trigger", "dedup_key": "alarm:1",
            "payload": [
                "summary": "Down", "source": "https://weft.example", "severity": "critical",
                "timestamp": "2026-11-20T12:00:00Z", "custom_details": ["text": "It is."],
            ],
            "client": "Weft", "client_url": "https://weft.example/console/alarms",
            "links": [
                ["href": "https://weft.example/console/alarms", "text": "Open in Weft"]
            ],
        ]
        #expect(trigger == expected)
        for action in [Incident.Action.acknowledge, .resolve] {
            let json = PagerDutyEvent.json(
                try message("x", "", incident: Incident("alarm:1", action)),
                routingKey: key,
                source: "s"
            )
            let expected: JSON = [
                "routing_key": .string(key), "event_action": .string(action.rawValue),
                "dedup_key": "alarm:1",
            ]
            #expect(json == expected)
        }
    }

    @Test("A gateway's own body is filled in as its content type asks")
    func genericGateway() throws {
        func body(_ type: String, _ template: String) throws -> String {
            let request = try SMSGateway.request(
                try message("Say \"hi\" & 50 %", "line\nbreak"),
                to: "+436601234567",
                settings: [
                    "preset": "generic", "contentType": .string(type), "body": .string(template),
                    "from": "Weft",
                ],
                secrets: ["url": "https://sms.example/send", "authorization": "Bearer t"],
                now: Timestamp(microseconds: 0)
            )
            #expect(request.method == "POST" && request.url == "https://sms.example/send")
            #expect(request.headers.map(\.name) == ["Content-Type", "Authorization"])
            return String(decoding: request.body ?? [], as: UTF8.self)
        }
        let json = try body(
            "application/json",
            #"{"to":["{{to}}"],"from":"{{from}}","text":"{{ text }}"}"#
        )
        let read = try JSON(parsing: json)
        #expect(read["to"]?[0]?.string == "+436601234567")
        #expect(
            read["text"]?.string
                == "Say \"hi\" & 50 %\nline\nbreak\nhttps://weft.example/console/alarms"
        )
        #expect(
            try body("application/x-www-form-urlencoded", "n={{to}}&t={{text}}")
                == "n=%2B436601234567&t=Say%20%22hi%22%20%26%2050%20%25%0Aline%0Abreak%0A"
                + "https%3A%2F%2Fweft.example%2Fconsole%2Falarms"
        )
    }

    @Test("Answers mean what HTTP says they do")
    func outcomes() {
        let now = Timestamp(microseconds: 0)
        func outcome(_ status: Int, _ body: String = "") -> DeliveryOutcome {
            DeliveryOutcome(.success(WebAnswer(status: status, body: Array(body.utf8))), now: now)
        }
        #expect(outcome(202) == .delivered)
        #expect(
            outcome(400, "invalid_payload")
                == .permanent("answered with status 400: invalid_payload")
        )
        #expect(outcome(302) == .permanent("answered with status 302"))
        #expect(outcome(410) == .gone("answered with status 410"))
        #expect(outcome(503) == .transient("answered with status 503", after: nil))
        let busy = WebAnswer(status: 429, headers: [("retry-after", "30")])
        #expect(
            DeliveryOutcome(.success(busy), now: now)
                == .transient("answered with status 429", after: .seconds(30))
        )
        #expect(
            DeliveryOutcome(.failure(WebFault(.forbiddenAddress, "x")), now: now)
                == .permanent("forbidden-address: x")
        )
    }

    @Test(
        "Templates know placeholders and nothing else",
        arguments: [
            ("Order {{ref}} is {{ ref }}", "Order 7 is 7"), ("no placeholder", "no placeholder"),
            ("{ {{ref}} }", "{ 7 }"), ("{{none}}", nil), ("{{ref", nil), ("{{}}", nil),
            ("{{#if ref}}", nil), ("}} {{ref}}", "}} 7"),
        ] as [(String, String?)]
    )
    func templates(text: String, expected: String?) throws {
        guard let expected else {
            let fault = #expect(throws: ChannelError.self) {
                try MessageTemplate(text, names: ["ref"], at: "/body")
            }
            #expect(fault?.pointer == "/body")
            return
        }
        let template = try MessageTemplate(text, names: ["ref"], at: "/body")
        #expect(template.text(["ref": "7"]) == expected)
        // What is put in is not read as a template again.
        #expect(template.text(["ref": "{{ref}}"]).contains("{{ref}}") == text.contains("ref"))
    }
}
