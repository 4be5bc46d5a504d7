/// A statement that a connection prepares once and then uses by its name.
final class PostgresStatement {
    /// How far preparing has come.
    enum Stage {
        /// The server does not know it.
        case unknown
        /// It was sent to be prepared; what is sent after may count on it.
        case sent
        /// The server knows it.
        case known
    }

    /// Its number on the connection.
    let number: Int
    /// Its name on the connection: `w` and the number.
    let name: [CChar]
    /// The text, with numbered parameters.
    let text: [CChar]
    /// How many parameters it takes.
    let parameters: Int
    var stage = Stage.unknown
    /// The connection's count of uses when it was used last.
    var lastUse = 0

    init(_ sql: String, number: Int) {
        let numbered = PostgresSQL.numbered(sql)
        self.number = number
        name = Array("w\(number)".utf8CString)
        text = Array(numbered.sql.utf8CString)
        parameters = numbered.parameters
    }
}
