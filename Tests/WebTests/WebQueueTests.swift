import Testing

@testable import Web

@Suite struct WebQueueTests {
    @Test("Origins take turns, within the limits in all and for each")
    func turns() {
        var queue = WebQueue(total: 3, perOrigin: 2)
        for id in 1...4 { queue.add(UInt64(id), to: "slow") }
        queue.add(10, to: "quick")
        #expect([queue.next(), queue.next(), queue.next(), queue.next()] == [1, 10, 2, nil])
        queue.ended(at: "quick")
        // The slow one has its two.
        #expect(queue.next() == nil)
        queue.add(11, to: "quick")
        #expect(queue.next() == 11)
        queue.ended(at: "slow")
        #expect(queue.next() == 3)
    }

    @Test("What was removed does not come, and what follows it does")
    func removal() {
        var queue = WebQueue(total: 1, perOrigin: 1)
        for id in 1...3 { queue.add(UInt64(id), to: "a") }
        queue.remove(2, from: "a")
        queue.remove(99, from: "b")
        #expect(queue.next() == 1)
        queue.ended(at: "a")
        #expect(queue.next() == 3)
        queue.ended(at: "a")
        #expect(queue.next() == nil)
        #expect(queue.running == 0)
    }

    @Test("Any mixture of steps keeps the limits and loses nothing", arguments: 0..<20)
    func anything(seed: UInt64) {
        var random = Numbers(state: seed)
        var queue = WebQueue(total: 5, perOrigin: 2)
        var waiting: [UInt64: String] = [:]
        var running: [(id: UInt64, origin: String)] = []
        for id in 1...600 as ClosedRange<UInt64> {
            switch random.next() % 4 {
            case 0, 1:
                let origin = "o\(random.next() % 4)"
                queue.add(id, to: origin)
                waiting[id] = origin
            case 2:
                guard let one = waiting.keys.sorted().first, random.next() % 3 == 0 else {
                    continue
                }
                queue.remove(one, from: waiting.removeValue(forKey: one) ?? "")
            default:
                guard !running.isEmpty else { continue }
                let one = running.remove(at: Int(random.next() % UInt64(running.count)))
                queue.ended(at: one.origin)
            }
            if random.next() % 2 == 0 {
                while let next = queue.next() {
                    guard let origin = waiting.removeValue(forKey: next) else {
                        Issue.record("\(next) came twice or was removed (seed \(seed))")
                        return
                    }
                    running.append((next, origin))
                }
                #expect(running.count <= 5)
                for origin in Set(running.map(\.origin)) {
                    #expect(running.count { $0.origin == origin } <= 2)
                }
            }
        }
        while !running.isEmpty || !waiting.isEmpty {
            while let next = queue.next() {
                running.append((next, waiting.removeValue(forKey: next) ?? "none"))
            }
            guard let one = running.popLast() else {
                Issue.record("\(waiting.count) are stuck (seed \(seed))")
                return
            }
            queue.ended(at: one.origin)
        }
    }
}

/// SplitMix64.
private struct Numbers {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
