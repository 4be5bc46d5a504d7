import Core
import HTTP

/// The live connections of one loop, by what they follow.
///
/// Invariant behind `@unchecked Sendable`: everything but `loop` is touched on the loop's thread only;
/// the hub comes in through `loop.perform`.
final class LiveShard: @unchecked Sendable {
    let loop: SocketLoop
    /// Up to here everything was offered.
    private(set) var position: Int64
    private var connections: [ObjectIdentifier: LiveConnection] = [:]
    private var followers: [LivePlace: [ObjectIdentifier: LiveConnection]] = [:]
    private var preparedSeq: Int64 = 0
    private var prepared: [[String]: PreparedText] = [:]

    init(loop: SocketLoop, position: Int64) {
        self.loop = loop
        self.position = position
    }

    func add(_ connection: LiveConnection) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: LiveConnection, places: Set<LivePlace>) {
        connections[ObjectIdentifier(connection)] = nil
        for place in places { leave(connection, place) }
    }

    func join(_ connection: LiveConnection, _ place: LivePlace) {
        followers[place, default: [:]][ObjectIdentifier(connection)] = connection
    }

    func leave(_ connection: LiveConnection, _ place: LivePlace) {
        followers[place]?[ObjectIdentifier(connection)] = nil
        if followers[place]?.isEmpty == true { followers[place] = nil }
    }

    /// The frame of an event for everybody who follows it under the same ids.
    func prepared(_ event: LiveEvent, ids: [String]) -> PreparedText {
        if preparedSeq != event.seq {
            preparedSeq = event.seq
            prepared = [:]
        }
        if let known = prepared[ids] { return known }
        let text = PreparedText(event.frame(ids: ids))
        // Clients that choose ids of their own do not fill the memory.
        if prepared.count < 64 { prepared[ids] = text }
        return text
    }

    /// Takes the next stretch of the log.
    func offer(_ events: [LiveEvent], through: Int64) {
        for event in events {
            var found: [ObjectIdentifier: LiveConnection] = [:]
            for name in event.names {
                let place = LivePlace(organisation: event.organisation, name: name)
                guard let followers = followers[place] else { continue }
                if found.isEmpty {
                    found = followers
                } else {
                    found.merge(followers) { first, _ in first }
                }
            }
            for connection in found.values { connection.handle(.offered(event)) }
            position = event.seq
        }
        position = through
        prepared = [:]
        preparedSeq = 0
    }

    func hint(_ places: [LivePlace]) {
        for place in places {
            for connection in (followers[place] ?? [:]).values {
                connection.handle(.hinted(place.name))
            }
        }
    }

    func say(_ words: JSON, at place: LivePlace) {
        for connection in (followers[place] ?? [:]).values {
            connection.handle(.said(place.name, words))
        }
    }

    func present(_ place: LivePlace, _ people: [JSON]) {
        for connection in (followers[place] ?? [:]).values {
            connection.handle(.present(place.name, people))
        }
    }

    func revoke(_ revocation: LiveRevocation) {
        for connection in connections.values { connection.handle(.revoked(revocation)) }
    }

    func tick(_ now: Timestamp) {
        for connection in connections.values {
            if let deadline = connection.deadline, deadline <= now { connection.handle(.ticked) }
        }
    }

    var count: Int { connections.count }
}
