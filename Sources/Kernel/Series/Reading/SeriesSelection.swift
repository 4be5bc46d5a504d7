public import Core
public import Store

/// Some series of an organisation.
public struct SeriesSelection: Sendable {
    /// Whose.
    public let organisation: ID<Organisation>
    /// The name; nil for any.
    public let name: String?
    /// Which labels.
    public let match: LabelMatch

    /// The series of a name whose labels fit.
    public init(_ organisation: ID<Organisation>, name: String?, match: LabelMatch = .init()) {
        self.organisation = organisation
        self.name = name
        self.match = match
    }

    /// The columns of a list of series.
    public static let columns: [ListQuery.Column] = [
        .init("name", "name"), .init("createdAt", "created_at", isNumber: true),
    ]

    /// The series, sorted by name and labels.
    ///
    /// - Parameters:
    ///   - limit: the most there may be.
    ///   - reader: what to read.
    /// - Returns: the series.
    /// - Throws: `SeriesError` of code `queryTooLarge`; `StoreError`.
    public func series(atMost limit: Int, in reader: any Reader) throws -> [SeriesRecord] {
        var filter = RowFilter("organisation = ?", [.id(organisation)])
        if let name { filter.add("name = ?", .text(name)) }
        var found: [SeriesRecord] = []
        try reader.forEach(
            """
            SELECT id, name, labels, unit, kind, created_at FROM series WHERE \(filter.sql)
            ORDER BY name, labels
            """,
            filter.parameters
        ) { row in
            let record = try Self.record(row)
            guard match.fits(record.name) else { return }
            found.append(record)
            guard found.count <= limit else {
                throw SeriesError(
                    .queryTooLarge,
                    "more than \(limit) series fit; ask for fewer with more labels",
                    pointer: "/match"
                )
            }
        }
        return found
    }

    /// A page of the series; conditions on labels are looked at after the page is read, so a page may
    /// be shorter than asked.
    public func page(
        _ query: ListQuery,
        in reader: any Reader
    ) throws -> (items: [SeriesRecord], next: JSON) {
        var filter = RowFilter("organisation = ?", [.id(organisation)])
        if let name { filter.add("name = ?", .text(name)) }
        let page = try query.page(
            "id, name, labels, unit, kind, created_at",
            count: 6,
            of: "series",
            where: filter,
            in: reader,
            Self.record
        )
        return (page.items.filter { match.fits($0.name) }, page.next)
    }

    static func record(_ row: any Row) throws -> SeriesRecord {
        do {
            return SeriesRecord(
                id: try row.int(0),
                name: try SeriesName(stored: try row.text(1), labels: try row.json(2)),
                unit: try row.text(3),
                kind: SeriesKind(rawValue: try row.text(4)) ?? .gauge,
                createdAt: try row.timestamp(5)
            )
        } catch is SeriesName.StoreDamage {
            throw SeriesError(.corrupt, "the labels of a series are damaged")
        }
    }
}
