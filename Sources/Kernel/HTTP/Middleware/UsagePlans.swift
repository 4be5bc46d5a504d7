public import Core

/// Named budgets, and who has which.
public struct UsagePlans: Sendable {
    private enum Holder: Hashable, Sendable {
        case role(Role)
        case account(ID<Account>)
        case key(String)
    }

    private let budgets: [String: RateBudget?]
    private let assigned: [(holder: Holder, plan: String)]

    /// Reads plans and assignments.
    ///
    /// - Parameters:
    ///   - plans: `standard=500/5000, partner=20/100`; a plan may be `off` for no limit. `standard` is
    ///     for everybody who has no other, and without it they have no limit.
    ///   - assignments: `role:customer=partner, account:018f…=batch, key:ERP=batch`; the first that
    ///     fits counts. A key is the name of a service account.
    /// - Throws: a fault of code `invalid-rate` or `invalid-plan`.
    public init(plans: String, assignments: String = "") throws(GeneralFault) {
        var budgets: [String: RateBudget?] = [:]
        for (name, value) in try Self.pairs(plans) {
            budgets[name] = .some(try RateBudget.read(value))
        }
        var assigned: [(Holder, String)] = []
        for (name, plan) in try Self.pairs(assignments) {
            guard budgets[plan] != nil else {
                throw Self.fault("there is no plan \"\(plan)\"; limits.plans has them")
            }
            assigned.append((try Self.holder(name), plan))
        }
        self.budgets = budgets
        self.assigned = assigned
    }

    /// The budget of whoever acts in `scope`; nil for no limit.
    public func budget(of scope: Scope) -> RateBudget? {
        for entry in assigned {
            let fits =
                switch entry.holder {
                case .role(let role): scope.roles.contains(role)
                case .account(let id): scope.actor.id == id
                case .key(let name): scope.actor.kind == .service && scope.actor.name == name
                }
            if fits { return budgets[entry.plan] ?? nil }
        }
        return budgets["standard"] ?? nil
    }

    private static func pairs(_ text: String) throws(GeneralFault) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1).map { side in
                String(side.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            guard sides.count == 2, !sides[0].isEmpty else {
                throw fault("\"\(part)\" is not of the form name=value")
            }
            pairs.append((sides[0], sides[1]))
        }
        return pairs
    }

    private static func holder(_ text: String) throws(GeneralFault) -> Holder {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("role", 2): return .role(Role(rawValue: parts[1]))
        case ("key", 2): return .key(parts[1])
        case ("account", 2):
            guard let id = ID<Account>(parts[1]) else {
                throw fault("\"\(parts[1])\" is no account's id")
            }
            return .account(id)
        default:
            throw fault("\"\(text)\" must begin with role:, account: or key:")
        }
    }

    private static func fault(_ message: String) -> GeneralFault {
        GeneralFault(.invalid, code: "invalid-plan", message)
    }
}
