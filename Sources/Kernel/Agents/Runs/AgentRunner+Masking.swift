import Core
import Privacy
import Store

extension AgentRunner.Office {
    /// A case for a model: what is sealed in it hidden, or opened.
    func masked(
        _ input: JSON,
        isHidden: Bool,
        _ organisation: ID<Organisation>,
        in mask: inout PersonalMask
    ) async throws -> JSON {
        guard let privacy, Privacy.mayHoldSealed(input) else { return input }
        guard isHidden else {
            return try await database.read { try privacy.open(input, of: organisation, in: $0) }
        }
        let before = mask
        let (json, after) = try await database.read { reader in
            var mask = before
            let json = try mask.hideSealed(input, by: privacy, of: organisation, in: reader)
            return (json, mask)
        }
        mask = after
        return json
    }
}
