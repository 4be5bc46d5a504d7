public import Core
import Synchronization

/// Lets the rooms that change something without an event say so before there is a hub.
public final class LiveHints: Sendable {
    private let hub = Mutex<LiveHub?>(nil)

    /// Hints that nobody hears yet.
    public init() {}

    /// Gives the hints their hub; called once, by whoever composes the program.
    public func bind(_ hub: LiveHub) {
        self.hub.withLock { $0 = hub }
    }

    /// Tells those who follow `topic` that it has changed; to be called after the commit, from any thread.
    ///
    /// - Parameters:
    ///   - topic: the name, for instance `runs/018f…`.
    ///   - organisation: whose.
    ///   - account: for a topic of one's own: whose.
    public func changed(
        _ topic: String,
        organisation: ID<Organisation>,
        account: ID<Account>? = nil
    ) {
        hub.withLock { $0 }?.hint(topic, organisation: organisation, account: account)
    }

    /// Says something to those who follow `topic` that is kept nowhere; from any thread.
    ///
    /// - Parameters:
    ///   - words: what is said.
    ///   - topic: the name.
    ///   - organisation: whose.
    public func say(_ words: JSON, at topic: String, organisation: ID<Organisation>) {
        hub.withLock { $0 }?.say(words, at: topic, organisation: organisation)
    }
}
