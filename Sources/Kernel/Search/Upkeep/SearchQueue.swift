public import Core
public import Store

/// Which records' documents are to be made anew, noted by the transaction that changes the records.
///
/// So nothing that changes is missed, and the transaction does none of the work: ``SearchIndexer`` does it
/// afterwards, from the record as it is then.
public enum SearchQueue {
    /// Notes that a record has changed, come or gone.
    ///
    /// - Parameters:
    ///   - id: the record's id, which is its document's.
    ///   - collection: the collection of such documents.
    ///   - organisation: whose.
    ///   - transaction: the one that changes the record.
    /// - Throws: `StoreError`.
    public static func mark(
        _ id: String,
        in collection: String,
        of organisation: ID<Organisation>,
        transaction: any Transaction
    ) throws {
        try transaction.execute(
            "INSERT INTO search_pending (organisation, collection, id) VALUES (?, ?, ?)",
            [.id(organisation), .text(collection), .text(id)]
        )
    }
}

/// How documents of a collection are made of records.
public struct SearchSource: Sendable {
    /// The collection.
    public var collection: String
    /// What people call it.
    public var title: String
    /// Who may see what is found in it; all of them may see all that its documents hold.
    public var roles: Set<Role>
    /// Where a document's record is shown, for instance `/api/orders/018f…`.
    public var link: @Sendable (String) -> String
    /// The document of a record as it is; nil when there is no such record.
    public var document: @Sendable (String, Scope, any Reader) throws -> SearchDocument?

    /// A source.
    public init(
        collection: String,
        title: String,
        roles: Set<Role>,
        link: @escaping @Sendable (String) -> String,
        document: @escaping @Sendable (String, Scope, any Reader) throws -> SearchDocument?
    ) {
        self.collection = collection
        self.title = title
        self.roles = roles
        self.link = link
        self.document = document
    }
}
