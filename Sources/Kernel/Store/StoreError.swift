public import Core

/// Why the store could not do something.
public struct StoreError: Fault {
    /// The sorts of failure.
    public enum Code: String, Sendable {
        /// Another program holds the database for longer than the busy timeout.
        case busy
        /// The disk, or the quota, is full; nothing of the transaction was kept.
        case full
        /// The file is damaged, or is no database.
        case corrupt
        /// The file or its folder cannot be written.
        case readOnly
        /// A UNIQUE or PRIMARY KEY constraint refuses the row.
        case duplicate
        /// A NOT NULL, CHECK or FOREIGN KEY constraint refuses the row.
        case constraint
        /// A disk read, write or sync failed.
        case io
        /// The database cannot be opened.
        case cannotOpen
        /// The tables and the program do not match.
        case migration
        /// The store is closed, or was stopped after a failed sync.
        case closed
        /// A mistake of ours: a bad statement, a wrong type.
        case misuse
        /// The server cannot be reached, or has no connection to spare; nothing was changed.
        case unavailable
        /// The connection was lost while committing, and it could not be found out in time whether the
        /// commit was made.
        case outcomeUnknown
        /// A statement took longer than allowed; nothing was changed.
        case timeout
        /// This driver cannot do that.
        case unsupported
    }

    /// The sort of failure.
    public var reason: Code
    /// What failed, for a person.
    public var message: String
    /// The driver's own code, for instance SQLite's extended result code.
    public var driverCode: Int32?
    /// The server's code of five characters, for instance `23505`.
    public var sqlState: String?

    /// An error.
    public init(
        _ reason: Code,
        _ message: String,
        driverCode: Int32? = nil,
        sqlState: String? = nil
    ) {
        self.reason = reason
        self.message = message
        self.driverCode = driverCode
        self.sqlState = sqlState
    }

    /// `store-` and the sort of failure.
    public var code: String {
        switch reason {
        case .readOnly: "store-read-only"
        case .cannotOpen: "store-cannot-open"
        case .outcomeUnknown: "store-outcome-unknown"
        default: "store-\(reason.rawValue)"
        }
    }

    /// Trying later helps against a busy or full store; a duplicate is a conflict; the rest is ours.
    public var kind: FaultKind {
        switch reason {
        case .busy, .full, .readOnly, .io, .closed, .cannotOpen, .unavailable, .outcomeUnknown:
            .unavailable
        case .timeout: .timeout
        case .duplicate: .conflict
        case .unsupported: .invalid
        case .corrupt, .constraint, .migration, .misuse: .internal
        }
    }
}

extension StoreError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
