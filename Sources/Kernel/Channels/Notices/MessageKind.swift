/// A sort of message that a solution or the kernel sends, with its words in each language.
public struct MessageKind: Sendable {
    /// Subject and body, with placeholders.
    public struct Words: Sendable, Hashable {
        /// One line.
        public var subject: String
        /// Plain text.
        public var body: String

        /// Words.
        public init(subject: String, body: String) {
            self.subject = subject
            self.body = body
        }
    }

    /// Languages that there are words in; the first is used where nobody chose.
    public static let languages = ["en", "de"]

    /// Unique, for instance `logistics.order-booked`.
    public var name: String
    /// When it is sent, and to whom.
    public var purpose: String
    /// The names that templates may use as `{{name}}`.
    public var placeholders: [String]
    /// The words by language; English is always there.
    public var words: [String: Words]

    /// A kind.
    public init(
        _ name: String,
        purpose: String,
        placeholders: [String],
        english: Words,
        german: Words
    ) {
        self.name = name
        self.purpose = purpose
        self.placeholders = placeholders
        words = ["en": english, "de": german]
    }

    /// The kinds that the kernel itself sends.
    static let ownKinds: [MessageKind] = [
        MessageKind(
            "alarm.raised",
            purpose: "An alarm was raised; to those who run the organisation.",
            placeholders: ["name", "detail", "metric", "value", "threshold", "unit"],
            english: .init(subject: "Alarm: {{name}}", body: "{{detail}}\n"),
            german: .init(subject: "Alarm: {{name}}", body: "{{detail}}\n")
        ),
        MessageKind(
            "alarm.cleared",
            purpose: "An alarm is over; to those who heard of it.",
            placeholders: ["name", "detail", "metric", "value", "threshold", "unit"],
            english: .init(subject: "Over: {{name}}", body: "{{detail}}\n"),
            german: .init(subject: "Vorbei: {{name}}", body: "{{detail}}\n")
        ),
        MessageKind(
            "notice.escalated",
            purpose: "Nobody has acknowledged something yet; to the next in an escalation.",
            placeholders: ["subject", "body", "minutes", "policy"],
            english: .init(
                subject: "Not acknowledged: {{subject}}",
                body: "{{body}}\n\nNobody has acknowledged this for {{minutes}} minutes "
                    + "(escalation {{policy}}).\n"
            ),
            german: .init(
                subject: "Nicht bestätigt: {{subject}}",
                body: "{{body}}\n\nSeit {{minutes}} Minuten hat das niemand bestätigt "
                    + "(Eskalation {{policy}}).\n"
            )
        ),
        MessageKind(
            "webhook.disabled",
            purpose: "A webhook was switched off because nothing arrived; to administrators.",
            placeholders: ["name", "url", "reason"],
            english: .init(
                subject: "Webhook {{name}} was disabled",
                body: "Events are no longer sent to {{url}}.\n\n{{reason}}\n\n"
                    + "What was not delivered waits: enable the webhook when its receiver works.\n"
            ),
            german: .init(
                subject: "Webhook {{name}} wurde abgeschaltet",
                body: "An {{url}} wird nichts mehr gesendet.\n\n{{reason}}\n\n"
                    + "Was nicht ankam, wartet: Schalten Sie ihn ein, sobald der Empfänger geht.\n"
            )
        ),
        MessageKind(
            "approval.requested",
            purpose: "Somebody is to decide something that stands still; to those who may.",
            placeholders: ["title", "asker", "agent", "tool", "for", "until"],
            english: .init(
                subject: "To decide: {{title}}",
                body: "{{title}}\n\nAsked by: {{asker}}{{for}}\nDecide by: {{until}}\n\n"
                    + "Open the link to see what is asked, and to decide. It is yours alone: "
                    + "do not pass it on.\n"
            ),
            german: .init(
                subject: "Zu entscheiden: {{title}}",
                body:
                    "{{title}}\n\nGefragt von: {{asker}}{{for}}\nZu entscheiden bis: {{until}}\n\n"
                    + "Hinter dem Link steht, worum es geht, und dort entscheiden Sie. "
                    + "Er ist nur für Sie: Geben Sie ihn nicht weiter.\n"
            )
        ),
        MessageKind(
            "rule.matched",
            purpose: "A rule of the organisation matched an event; to those whom the rule names.",
            placeholders: ["rule", "subject", "text", "type", "about"],
            english: .init(
                subject: "{{subject}}",
                body: "{{text}}\n\n{{type}} {{about}} (rule {{rule}})\n"
            ),
            german: .init(
                subject: "{{subject}}",
                body: "{{text}}\n\n{{type}} {{about}} (Regel {{rule}})\n"
            )
        ),
        MessageKind(
            "channel.test",
            purpose: "Somebody tries whether a channel works.",
            placeholders: ["name", "person"],
            english: .init(
                subject: "Test of {{name}}",
                body: "{{person}} asked for this message. If you can read it, the channel works.\n"
            ),
            german: .init(
                subject: "Test von {{name}}",
                body:
                    "{{person}} hat diese Nachricht angefordert. Wenn Sie sie lesen, geht der Kanal.\n"
            )
        ),
    ]
}
