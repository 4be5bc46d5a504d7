import Core
import Testing

@testable import Live

@Suite struct PresenceBoardTests {
    private let place = LivePlace(organisation: LiveWorld.organisation, name: "orders/1")
    private let one = Actor(id: ID(high: 1, low: 1), kind: .person, name: "One")
    private let two = Actor(id: ID(high: 1, low: 2), kind: .person, name: "Two")

    private func at(_ seconds: Int) -> Timestamp { LiveWorld.start + .seconds(seconds) }

    @Test("Somebody with two windows is there once, with what they do most")
    func twoWindows() {
        var board = PresenceBoard(limits: LiveLimits())
        #expect(board.set(.viewing, of: two, connection: 1, at: place, now: at(0)) == true)
        #expect(board.set(.viewing, of: one, connection: 2, at: place, now: at(1)) == true)
        #expect(board.set(.editing, of: one, connection: 3, at: place, now: at(2)) == true)
        #expect(
            board.people(at: place) == [
                ["id": two.id.json, "name": "Two", "state": "viewing", "since": at(0).json],
                ["id": one.id.json, "name": "One", "state": "editing", "since": at(1).json],
            ]
        )
        #expect(board.set(.editing, of: one, connection: 3, at: place, now: at(3)) == false)
        #expect(board.set(nil, of: one, connection: 3, at: place, now: at(4)) == true)
        #expect(board.people(at: place).last?["state"] == "viewing")
    }

    @Test("Typing that is not renewed ends after ten seconds")
    func typing() {
        var board = PresenceBoard(limits: LiveLimits())
        _ = board.set(.typing, of: one, connection: 1, at: place, now: at(0))
        _ = board.set(.typing, of: one, connection: 1, at: place, now: at(5))
        #expect(board.expire(now: at(14)).isEmpty)
        #expect(board.expire(now: at(15)) == [place])
        #expect(board.people(at: place).first?["state"] == "viewing")
        #expect(board.expire(now: at(99)).isEmpty)
    }

    @Test("An empty board keeps nothing, and a full place shows a hundred people")
    func bounds() {
        var board = PresenceBoard(limits: LiveLimits())
        for number in 0..<150 {
            let person = Actor(id: ID(high: 2, low: UInt64(number)), kind: .person, name: "P")
            _ = board.set(.viewing, of: person, connection: number, at: place, now: at(number))
        }
        #expect(board.people(at: place).count == 100)
        for number in 0..<150 {
            _ = board.set(nil, of: one, connection: number, at: place, now: at(200))
        }
        #expect(board.isEmpty)
        #expect(board.set(nil, of: one, connection: 1, at: place, now: at(201)) == false)
    }
}
