import Channels

/// The messages about orders, in each language.
enum LogisticsMessages {
    static let booked = "logistics.order-booked"
    static let bookedForCustomer = "logistics.order-booked-customer"
    static let failed = "logistics.order-failed"
    static let cancelled = "logistics.order-cancelled"
    static let tripReplanned = "logistics.trip-replanned"

    /// A loader could not place a piece: one kind for each reason, so that each language has its words.
    static func loadProblem(_ trouble: PieceMark.Trouble) -> String {
        "logistics.load-problem-\(trouble.rawValue)"
    }

    private static let loadProblems: [MessageKind] = PieceMark.Trouble.allCases.map { trouble in
        let german =
            switch trouble {
            case .missing: "fehlt"
            case .damaged: "ist beschädigt"
            case .doesNotFit: "passt nicht"
            case .other: "konnte nicht geladen werden"
            }
        return MessageKind(
            loadProblem(trouble),
            purpose: "A piece \(trouble.words) at loading; to planners and who placed the order.",
            placeholders: ["reference", "piece", "vehicle", "date", "loader", "note"],
            english: .init(
                subject: "{{reference}}: piece {{piece}} \(trouble.words)",
                body: "{{loader}} is loading {{vehicle}} for {{date}} and reports that piece "
                    + "{{piece}} \(trouble.words).{{note}}\n"
            ),
            german: .init(
                subject: "{{reference}}: Stück {{piece}} \(german)",
                body: "{{loader}} lädt {{vehicle}} für den {{date}} und meldet: "
                    + "Stück {{piece}} \(german).{{note}}\n"
            )
        )
    }

    static let all: [MessageKind] =
        loadProblems + [
            MessageKind(
                booked,
                purpose: "Vehicles are booked for an order; to who placed it.",
                placeholders: ["reference", "customer", "email", "date", "vehicles", "price"],
                english: .init(
                    subject: "Order {{reference}} is booked",
                    body: "For {{customer}} on {{date}}.\n\n{{vehicles}}\n\nPrice: {{price}}\n\n"
                        + "The customer is told by e-mail to {{email}}.\n"
                ),
                german: .init(
                    subject: "Auftrag {{reference}} ist gebucht",
                    body: "Für {{customer}} am {{date}}.\n\n{{vehicles}}\n\nPreis: {{price}}\n\n"
                        + "Der Kunde wird per E-Mail an {{email}} benachrichtigt.\n"
                )
            ),
            MessageKind(
                bookedForCustomer,
                purpose: "Vehicles are booked for an order; to the customer.",
                placeholders: ["reference", "customer", "email", "date", "vehicles", "price"],
                english: .init(
                    subject: "Order {{reference}} is booked",
                    body: "Dear {{customer}},\n\nyour order {{reference}} is booked for {{date}}. "
                        + "Vehicle, price, greenhouse gases and expected arrival at the last stop:\n\n"
                        + "{{vehicles}}\n\nPrice: {{price}}\n"
                ),
                german: .init(
                    subject: "Auftrag {{reference}} ist gebucht",
                    body:
                        "Guten Tag {{customer}},\n\nIhr Auftrag {{reference}} ist für {{date}} gebucht. "
                        + "Fahrzeug, Preis, Treibhausgase und erwartete Ankunft am letzten Halt:\n\n"
                        + "{{vehicles}}\n\nPreis: {{price}}\n"
                )
            ),
            MessageKind(
                failed,
                purpose: "An order could not be processed; to who placed it.",
                placeholders: ["reference", "customer", "email", "date", "reason"],
                english: .init(
                    subject: "Order {{reference}} could not be processed",
                    body: "{{reason}}\n\nThe order is marked as failed and holds no vehicle. "
                        + "Open it to see why, then try again.\n"
                ),
                german: .init(
                    subject: "Auftrag {{reference}} konnte nicht bearbeitet werden",
                    body:
                        "{{reason}}\n\nDer Auftrag gilt als gescheitert und belegt kein Fahrzeug. "
                        + "Öffnen Sie ihn, um zu sehen, woran es lag, und versuchen Sie es erneut.\n"
                )
            ),
            MessageKind(
                tripReplanned,
                purpose: "A shared trip was planned again; to planners and managers.",
                placeholders: [
                    "reference", "date", "vehicle", "reason", "before", "after", "left",
                ],
                english: .init(
                    subject: "Trip {{reference}} was planned again",
                    body:
                        "{{date}}, {{vehicle}}: {{reason}}.\n\nBefore: {{before}}\nNow: {{after}}\n"
                        + "No longer on it: {{left}}\n"
                ),
                german: .init(
                    subject: "Tour {{reference}} wurde neu geplant",
                    body: "{{date}}, {{vehicle}}: {{reason}}.\n\nVorher: {{before}}\n"
                        + "Jetzt: {{after}}\nNicht mehr dabei: {{left}}\n"
                )
            ),
            MessageKind(
                cancelled,
                purpose:
                    "An order was cancelled after its vehicles were booked; to who placed it and the "
                    + "customer. The reason begins with a colon, if there is one.",
                placeholders: ["reference", "customer", "email", "date", "reason"],
                english: .init(
                    subject: "Order {{reference}} was cancelled",
                    body:
                        "The transport of order {{reference}} for {{date}} was cancelled{{reason}}.\n"
                ),
                german: .init(
                    subject: "Auftrag {{reference}} wurde storniert",
                    body:
                        "Der Transport zu Auftrag {{reference}} am {{date}} wurde storniert{{reason}}.\n"
                )
            ),
        ]
}
