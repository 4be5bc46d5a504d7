import Core

/// The connection that listens to what other processes announce.
///
/// Only the reactor's thread touches it.
final class PostgresListener {
    let link: PostgresLink
    private let channel: String
    private let own: String
    private let announce: ([String]?) -> Void
    private var hasListened = false
    /// Whether something may have been missed, until the server has confirmed that it tells of all.
    private var isUnsure = false

    /// A listener.
    ///
    /// - Parameters:
    ///   - link: its connection.
    ///   - channel: where commits are announced.
    ///   - own: this process's name, whose announcements are not news.
    ///   - announce: hears the topics; nil when something may have been missed.
    init(
        _ link: PostgresLink,
        channel: String,
        own: String,
        announce: @escaping ([String]?) -> Void
    ) {
        self.link = link
        self.channel = channel
        self.own = own
        self.announce = announce
    }

    /// Something has arrived, or the connection has come up.
    func hear(isNew: Bool, now: ContinuousClock.Instant) {
        guard let connection = link.connection else { return }
        if isNew {
            do throws(PostgresFailure) {
                try connection.send("LISTEN " + PostgresSQL.quoted(channel))
                try connection.sync()
                try connection.flush()
            } catch {
                link.lose(error, now: now)
                return
            }
            isUnsure = hasListened
            hasListened = true
        }
        // Not before: what is committed until then is told to nobody.
        if isUnsure, connection.isSettled {
            isUnsure = false
            announce(nil)
        }
        for payload in connection.notifications() {
            let words = payload.split(separator: " ").map(String.init)
            if words.first != own { announce(Array(words.dropFirst())) }
        }
    }
}
