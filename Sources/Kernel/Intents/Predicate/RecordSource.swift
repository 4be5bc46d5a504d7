/// Records that predicates may measure: what a solution exposes of its tables, by names of its own.
///
/// SQL stands in here, in the program, and nowhere else: what people write names fields and values only.
public struct RecordSource: Sendable {
    /// A field that conditions and functions may name.
    public struct Field: Sendable {
        /// The sorts of field.
        public enum Kind: String, Sendable {
            /// true or false, in SQL 1 or 0.
            case flag
            /// A number.
            case number
            /// A text, perhaps one of a few.
            case text
        }

        /// The name.
        public var name: String
        /// What it means.
        public var help: String
        /// The expression.
        public var sql: String
        /// What sort it is.
        public var kind: Kind
        /// For a text the values that it can have; empty for any.
        public var values: [String]

        /// A field.
        public init(
            _ name: String,
            _ kind: Kind,
            sql: String,
            values: [String] = [],
            help: String
        ) {
            self.name = name
            self.kind = kind
            self.sql = sql
            self.values = values
            self.help = help
        }
    }

    /// The name, for instance `logistics.orders`.
    public var name: String
    /// What the records are, and which moment places them in time.
    public var help: String
    /// The table, or tables joined, in portable SQL.
    public var tables: String
    /// The column of the organisation.
    public var organisation: String
    /// The moment that places a record in time, in microseconds.
    public var time: String
    /// What every record fulfils; empty for all.
    public var base: String
    /// The fields.
    public var fields: [Field]

    /// Records.
    public init(
        _ name: String,
        help: String,
        tables: String,
        organisation: String = "organisation",
        time: String,
        base: String = "",
        fields: [Field]
    ) {
        self.name = name
        self.help = help
        self.tables = tables
        self.organisation = organisation
        self.time = time
        self.base = base
        self.fields = fields
    }

    func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}
