import Core

/// The customers and depots that an import may name.
public struct ImportDirectory: Sendable {
    private var customers: [String: Set<ID<Customer>>] = [:]
    private var depots: [String: Set<ID<Depot>>] = [:]

    /// A directory in which customers are found by id, e-mail or name, and depots by id or name.
    public init(customers: some Sequence<Customer>, depots: some Sequence<Depot>) {
        for customer in customers {
            for key in Set([customer.id.description, customer.email, customer.name].map(Self.key)) {
                self.customers[key, default: []].insert(customer.id)
            }
        }
        for depot in depots {
            for key in Set([depot.id.description, depot.name].map(Self.key)) {
                self.depots[key, default: []].insert(depot.id)
            }
        }
    }

    /// The customer of that id, e-mail or name, in any case; throws when there is none, or several.
    func customer(_ text: String) throws(GeneralFault) -> ID<Customer> {
        try Self.only(customers[Self.key(text)], "customer", text)
    }

    /// The depot of that id or name, in any case; throws when there is none, or several.
    func depot(_ text: String) throws(GeneralFault) -> ID<Depot> {
        try Self.only(depots[Self.key(text)], "depot", text)
    }

    private static func only<Subject>(
        _ found: Set<ID<Subject>>?,
        _ kind: String,
        _ text: String
    ) throws(GeneralFault) -> ID<Subject> {
        guard let first = found?.first else {
            throw GeneralFault(.invalid, code: "unknown-\(kind)", "there is no \(kind) \"\(text)\"")
        }
        guard found?.count == 1 else {
            throw GeneralFault(
                .invalid,
                code: "ambiguous-\(kind)",
                "several \(kind)s are called \"\(text)\"; give the id"
            )
        }
        return first
    }

    private static func key(_ text: String) -> String { text.lowercased() }
}
