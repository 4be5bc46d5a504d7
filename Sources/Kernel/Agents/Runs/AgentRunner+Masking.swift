import Core
import Privacy
import Store

extension AgentRunner.Office {
    /// What a tool answered, for a model: what is declared personal in it hidden, or shown and noted.
    func masked(
        _ output: JSON,
        of tool: String,
        isHidden: Bool,
        in mask: inout PersonalMask
    ) -> JSON {
        guard let privacy else { return output }
        let hidden = mask.hide(output, at: .output(tool), by: privacy)
        return isHidden ? hidden : output
    }

    /// A case for a model: what is sealed in it hidden, or opened and noted.
    func masked(
        _ input: JSON,
        isHidden: Bool,
        _ organisation: ID<Organisation>,
        in mask: inout PersonalMask
    ) async throws -> JSON {
        guard let privacy, Privacy.mayHoldSealed(input) else { return input }
        let before = mask
        let (json, after) = try await database.read { reader in
            var mask = before
            let json = try mask.hideSealed(input, by: privacy, of: organisation, in: reader)
            return (
                isHidden ? json : try privacy.open(input, of: organisation, in: reader), mask
            )
        }
        mask = after
        return json
    }
}
