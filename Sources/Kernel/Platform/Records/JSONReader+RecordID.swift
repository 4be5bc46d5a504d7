import Core

extension JSONReader {
    /// The id in a member; anything else is answered like an id that does not exist.
    ///
    /// - Throws: a fault of code `not-found`.
    func recordID<Subject>(
        _ noun: String,
        key: String = "id"
    ) throws(GeneralFault) -> ID<Subject> {
        let text = try member(key).string()
        guard let id = ID<Subject>(text) else {
            throw GeneralFault(
                .notFound,
                code: "not-found",
                "there is no \(noun) \"\(text.prefix(60))\""
            )
        }
        return id
    }
}
