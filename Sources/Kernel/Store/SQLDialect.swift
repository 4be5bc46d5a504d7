/// The SQL dialects of the drivers.
public enum SQLDialect: String, Sendable {
    /// SQLite 3.40.
    case sqlite
    /// PostgreSQL 15.
    case postgres
}
