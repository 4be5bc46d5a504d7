public import Core
import Store

extension GeneralFault {
    /// The same fault without its own type.
    public init(copying fault: any Fault) {
        self.init(
            fault.kind,
            code: fault.code,
            fault.message,
            pointer: fault.pointer,
            details: fault.details
        )
    }

    /// What a failed call is to the policy that made it: whatever went wrong at the tool, a server of
    /// others that is slow or away included.
    ///
    /// - Parameters:
    ///   - tool: the tool's name.
    ///   - error: what the call threw.
    /// - Throws: what is no failure of the tool's, and ends the run: trouble of the store, a call that
    ///   nobody wants any more, a cancelled task, a person who is to be asked, and what ``stopsRuns``.
    init(of tool: String, _ error: any Error) throws {
        if error is NoLongerWanted || error is AwaitsApproval { throw error }
        // What a cancelled call says of its end is about the cancellation, not about the tool.
        if error is CancellationError || Task.isCancelled { throw CancellationError() }
        if let trouble = error as? StoreError, trouble.endsRuns { throw trouble }
        guard let fault = error as? any Fault else {
            self.init(.internal, code: "tool-failed", "\(tool) failed: \(error)")
            return
        }
        let general = GeneralFault(copying: fault)
        if general.stopsRuns { throw general }
        self = general
    }

    /// Whether a run that meets it ends, rather than thinking of something else.
    var stopsRuns: Bool { ["policy-not-deterministic", "not-journaled"].contains(code) }
}

extension StoreError {
    /// Whether the store itself failed; a row that it refuses is a failure of the tool that wrote it.
    var endsRuns: Bool {
        switch reason {
        case .duplicate, .constraint, .unsupported: false
        case .busy, .full, .corrupt, .readOnly, .io, .cannotOpen, .migration, .closed, .misuse,
            .unavailable, .outcomeUnknown, .timeout:
            true
        }
    }
}
