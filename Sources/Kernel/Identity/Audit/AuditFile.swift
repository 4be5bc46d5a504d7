public import Core

/// The audit log as lines of JSON, and what checks them without a store.
///
/// A line is an entry with its `organisation` and `hash`, or `{"organisation","head":{"seq","hash"},
/// "exportedAt"}`, which ends each organisation's entries.
public struct AuditFile: Sendable {
    /// What the check of one organisation's log found.
    public struct Report: Sendable {
        /// Whose log.
        public var organisation: String
        /// How many entries fit, up to the first break.
        public var head: AuditChain.Head
        /// The first break; nil when all is whole.
        public var broken: AuditChain.Break?

        /// A report.
        public init(
            organisation: String,
            head: AuditChain.Head,
            broken: AuditChain.Break?
        ) {
            self.organisation = organisation
            self.head = head
            self.broken = broken
        }

        /// `{"organisation","ok","entries","head","brokenAt","why"}`.
        public var json: JSON {
            [
                "organisation": .string(organisation), "ok": .bool(broken == nil),
                "entries": .int(head.seq), "head": .string(head.hash),
                "brokenAt": broken.map { .int($0.seq) } ?? .null,
                "why": .optional(broken?.why),
            ]
        }
    }

    /// The last line of an organisation's entries.
    public static func end(
        of organisation: ID<Organisation>,
        head: AuditChain.Head,
        at moment: Timestamp
    ) -> JSON {
        ["organisation": organisation.json, "head": head.json, "exportedAt": moment.json]
    }

    /// Checks the lines of an export.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - noted: heads that were noted elsewhere, each of which must be in one of the chains.
    /// - Returns: a report for each organisation in the order of the file.
    /// - Throws: a fault of code `invalid-audit-file` that names the line.
    public static func verify(
        _ bytes: [UInt8],
        noted: [AuditChain.Head] = []
    ) throws(GeneralFault) -> [Report] {
        var order: [String] = []
        var chains: [String: AuditChain] = [:]
        var heads: [String: AuditChain.Head] = [:]
        var met: Set<AuditChain.Head> = []
        for (index, line) in bytes.split(separator: 0x0A).enumerated() {
            let json: JSON
            do {
                json = try JSON(parsing: Array(line), limits: .init(depth: 64))
            } catch {
                throw fault(index, "is not JSON: \(error)")
            }
            guard let organisation = json["organisation"]?.string else {
                throw fault(index, "has no \"organisation\"")
            }
            if chains[organisation] == nil {
                order.append(organisation)
                chains[organisation] = AuditChain()
            }
            if let head = json["head"] {
                guard let seq = head["seq"]?.int, let hash = head["hash"]?.string else {
                    throw fault(index, "has a head without \"seq\" and \"hash\"")
                }
                heads[organisation] = AuditChain.Head(seq: Int64(seq), hash: hash)
                continue
            }
            guard let seq = json["seq"]?.int, let hash = json["hash"]?.string else {
                throw fault(index, "is no entry: it has no \"seq\" or no \"hash\"")
            }
            var content = json
            content["hash"] = nil
            met.insert(AuditChain.Head(seq: Int64(seq), hash: hash))
            chains[organisation]?.take(content, seq: Int64(seq), hash: hash)
        }
        let missing = noted.filter { !met.contains($0) }
        return order.map { organisation in
            var chain = chains[organisation] ?? AuditChain()
            if heads[organisation] == nil {
                chain.report(chain.head.seq + 1, "the file was cut: its last line is missing")
            }
            chain.end(kept: heads[organisation])
            for head in missing {
                chain.report(
                    min(head.seq, chain.head.seq + 1),
                    "no entry \(head.seq) has the hash that was noted"
                )
            }
            return Report(organisation: organisation, head: chain.head, broken: chain.broken)
        }
    }

    private static func fault(_ index: Int, _ why: String) -> GeneralFault {
        GeneralFault(.invalid, code: "invalid-audit-file", "line \(index + 1) \(why)")
    }
}
