import Core
import Privacy
import Store

/// A step in the journal.
extension AgentStep {
    static let columns = """
        step, kind, tool, input, asked, output, fault, at, duration_micros, cost_micros, approval
        """

    init(row: any Row) throws {
        let outcome: Result<JSON, GeneralFault>
        if row.isNull(5) {
            outcome = .failure(Self.fault(try row.json(6)))
        } else {
            outcome = .success(try row.json(5))
        }
        self.init(
            index: Int(try row.int(0)),
            kind: Kind(rawValue: try row.text(1)) ?? .tool,
            tool: try row.text(2),
            input: try row.json(3),
            asked: try row.optionalJSON(4),
            outcome: outcome,
            at: try row.timestamp(7),
            duration: .microseconds(try row.int(8)),
            costMicros: Int(try row.int(9)),
            approval: try row.optionalJSON(10)
        )
    }

    private static func fault(_ json: JSON) -> GeneralFault {
        GeneralFault(
            json["kind"]?.string.flatMap(FaultKind.init) ?? .internal,
            code: json["code"]?.string ?? "unknown",
            json["message"]?.string ?? "",
            pointer: json["pointer"]?.string,
            details: json["details"]?.object ?? [:]
        )
    }

    private static func json(_ fault: GeneralFault) -> JSON {
        [
            "kind": .string(fault.kind.rawValue), "code": .string(fault.code),
            "message": .string(fault.message), "pointer": .optional(fault.pointer),
            "details": .object(fault.details),
        ]
    }

    /// The step in the form in which it is kept: large inputs as their hash, what is personal sealed.
    func kept(
        by privacy: Privacy?,
        _ organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> AgentStep {
        var step = self
        step.input = AgentJournal.kept(input)
        step.asked = asked.map(AgentJournal.kept)
        guard let privacy else { return step }
        func said(_ json: JSON) throws -> JSON {
            try mask?.sealWords(json, by: privacy, of: organisation, in: transaction) ?? json
        }
        guard kind == .tool else {
            step.outcome = try outcome.sealed(said)
            return step
        }
        func seal(_ json: JSON, _ place: PersonalData.Place) throws -> JSON {
            try said(privacy.seal(json, at: place, of: organisation, in: transaction))
        }
        step.input = try seal(step.input, .input(tool))
        step.asked = try step.asked.map { try seal($0, .input(tool)) }
        step.outcome = try outcome.sealed { try seal($0, .output(tool)) }
        return step
    }

    /// Opens what is sealed, and notes when the step is about somebody who was erased.
    mutating func open(
        by privacy: Privacy,
        _ organisation: ID<Organisation>,
        in reader: any Reader,
        isErased: inout Bool
    ) throws {
        func opened(_ json: JSON, _ place: PersonalData.Place) throws -> JSON {
            if try kind == .tool && !isErased
                && privacy.isAboutErased(json, at: place, of: organisation, in: reader)
            {
                isErased = true
            }
            return try privacy.open(json, of: organisation, in: reader, isErased: &isErased)
        }
        input = try opened(input, .input(tool))
        asked = try asked.map { try opened($0, .input(tool)) }
        if case .success(let output) = outcome {
            outcome = .success(try opened(output, .output(tool)))
        }
    }

    func insert(of run: String, in transaction: any Transaction) throws {
        var output: JSON?
        var fault: JSON?
        switch outcome {
        case .success(let value): output = value
        case .failure(let error): fault = Self.json(error)
        }
        try transaction.execute(
            """
            INSERT INTO agent_step (run, step, kind, tool, input, asked, output, fault, at,
                duration_micros, cost_micros, approval)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(run), .int(index), .text(kind.rawValue), .text(tool), .json(input),
                .json(asked), .json(output), .json(fault), .time(at),
                .int(duration.microseconds), .int(costMicros), .json(approval),
            ]
        )
    }
}

extension Result<JSON, GeneralFault> {
    fileprivate func sealed(_ body: (JSON) throws -> JSON) throws -> Self {
        switch self {
        case .success(let json): .success(try body(json))
        case .failure: self
        }
    }
}
