import Channels
import Core
import Identity

extension Webhooks: ManagedRecords {}
extension ChannelTargets: ManagedRecords {}
extension Escalations: ManagedRecords {}

extension RecordTools where Records: ChannelRecords {
    /// The tools over webhooks, targets or escalations.
    init(
        records: Records,
        audit: AuditLog,
        name: String,
        purposes: (list: String, show: String, make: String, change: String, remove: String),
        input: [(String, JSON)],
        fixed: [(String, JSON)] = [],
        required: Set<String>,
        output: JSON,
        made: JSON? = nil,
        readers: Set<Role> = ChannelTools.admins
    ) {
        self.init(
            records: records,
            audit: audit,
            room: "channels",
            name: name,
            noun: Records.noun,
            purposes: purposes,
            input: input,
            fixed: fixed,
            required: required,
            output: output,
            made: made,
            readers: readers,
            id: { $0.id },
            shown: { record, _, _ in record.json },
            told: { ["name": .string($0.name), "enabled": .bool($0.enabled)] }
        )
    }
}
