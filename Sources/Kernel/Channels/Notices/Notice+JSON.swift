import Core
import Store

extension Notice {
    /// What an escalation needs of a notice to tell it again; audience and effect are each step's own.
    var json: JSON {
        [
            "kind": .string(kind),
            "values": .object(
                JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            ),
            "severity": .string(severity.rawValue), "link": .optional(link),
            "incident": .optional(incident?.key),
        ]
    }

    /// Reads what `json` wrote.
    ///
    /// - Throws: `StoreError` of code `corrupt`.
    init(json: JSON) throws {
        guard let kind = json["kind"]?.string, let values = json["values"]?.object,
            let severity = json["severity"]?.string.flatMap(Message.Severity.init(rawValue:))
        else { throw StoreError(.corrupt, "an incident's notice cannot be read") }
        self.init(
            kind,
            Dictionary(values.compactMap { member in member.value.string.map { (member.key, $0) } })
            {
                $1
            },
            severity: severity,
            link: json["link"]?.string,
            to: [],
            effect: "",
            incident: json["incident"]?.string.map { Incident($0) }
        )
    }
}
