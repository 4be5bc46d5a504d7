import Agents
import Core
import Testing

@Suite struct FactConsolidationTests {
    private static func at(_ day: Int) -> Timestamp {
        Timestamp(microseconds: 1_700_000_000_000_000 + Int64(day) * 86_400_000_000)
    }

    private static func fact(
        _ number: UInt64,
        _ statement: String,
        from: Int,
        until: Int? = nil,
        confidence: Double = 0.5,
        source: String = "dispatcher",
        attribute: String = "gate"
    ) -> Fact {
        Fact(
            id: ID(high: 1, low: number),
            subject: "customer:1",
            attribute: attribute,
            statement: statement,
            confidence: confidence,
            validFrom: at(from),
            validUntil: until.map(at),
            recordedAt: at(Int(number)),
            provenance: [FactProvenance(source: source, agent: "a", run: "\(number)", at: at(0))]
        )
    }

    private static func days(_ fact: Fact) -> ClosedRange<Int> {
        func day(_ moment: Timestamp) -> Int {
            Int((moment.microseconds - at(0).microseconds) / 86_400_000_000)
        }
        return day(fact.validFrom)...(fact.validUntil.map(day) ?? 1_000)
    }

    @Test("What nothing is known about is new")
    func new() {
        let result = FactConsolidation(adding: Self.fact(1, "Gate 4", from: 0), to: [])
        #expect(result.isNew && result.isChanged)
        #expect(result.ended.isEmpty && result.merged.isEmpty)
    }

    @Test("The same said again by the same source changes nothing but the sources")
    func again() {
        let known = Self.fact(1, "Gate 4", from: 0, confidence: 0.6)
        let result = FactConsolidation(
            adding: Self.fact(2, "  gate  4. ", from: 3, confidence: 0.5),
            to: [known]
        )
        #expect(!result.isNew)
        #expect(result.fact.id == known.id)
        #expect(result.fact.statement == "Gate 4")
        #expect(result.fact.confidence == 0.6)
        #expect(Self.days(result.fact) == 0...1_000)
        #expect(result.fact.provenance.map(\.run) == ["1", "2"])
        let same = FactConsolidation(adding: Self.fact(1, "Gate 4", from: 5), to: [known])
        #expect(!same.isChanged)
        #expect(same.fact == known)
    }

    /// 1 − (1 − 0.6)(1 − 0.5) = 0.8.
    @Test("Another source confirms: the doubts are multiplied")
    func confirmed() {
        let result = FactConsolidation(
            adding: Self.fact(2, "Gate 4", from: 0, confidence: 0.5, source: "driver"),
            to: [Self.fact(1, "Gate 4", from: 0, confidence: 0.6)]
        )
        #expect(abs(result.fact.confidence - 0.8) < 1e-12)
    }

    @Test("A later truth ends the earlier one")
    func superseded() {
        let result = FactConsolidation(
            adding: Self.fact(2, "Gate 5", from: 10),
            to: [Self.fact(1, "Gate 4", from: 0)]
        )
        #expect(result.isNew)
        #expect(Self.days(result.fact) == 10...1_000)
        #expect(result.ended.map(Self.days) == [0...10])
        #expect(result.ended.first?.supersededBy == result.fact.id)
    }

    @Test("A truth that began earlier, told late, holds until the later one began")
    func late() {
        let result = FactConsolidation(
            adding: Self.fact(2, "Gate 4", from: 0),
            to: [Self.fact(1, "Gate 5", from: 10)]
        )
        #expect(Self.days(result.fact) == 0...10)
        #expect(result.fact.supersededBy == ID(high: 1, low: 1))
        #expect(result.ended.isEmpty)
    }

    @Test("Of two that begin at once the one that was recorded later counts")
    func sameBeginning() {
        let result = FactConsolidation(
            adding: Self.fact(2, "Gate 5", from: 0),
            to: [Self.fact(1, "Gate 4", from: 0)]
        )
        #expect(result.ended.map(Self.days) == [0...0])
        // And what is true at no time ends nothing any more.
        let third = FactConsolidation(
            adding: Self.fact(3, "Gate 5", from: -5),
            to: [result.fact] + result.ended
        )
        #expect(!third.isNew)
        #expect(Self.days(third.fact) == -5...1_000)
    }

    @Test("What touches becomes one, and bridges what was apart")
    func bridge() {
        let result = FactConsolidation(
            adding: Self.fact(3, "Gate 4", from: 5, until: 10),
            to: [
                Self.fact(1, "Gate 4", from: 0, until: 5),
                Self.fact(2, "Gate 4", from: 10, until: 20),
            ]
        )
        #expect(result.fact.id == ID(high: 1, low: 1))
        #expect(Self.days(result.fact) == 0...20)
        #expect(result.merged.map(\.id) == [ID(high: 1, low: 2)])
        #expect(result.merged.first?.supersededBy == result.fact.id)
        #expect(result.fact.provenance.count == 3)
    }

    @Test("Without an attribute nothing is contradicted")
    func noAttribute() {
        let result = FactConsolidation(
            adding: Self.fact(2, "Likes tea", from: 0, attribute: ""),
            to: [Self.fact(1, "Likes coffee", from: 0, attribute: "")]
        )
        #expect(result.isNew && result.ended.isEmpty)
    }

    @Test(
        "Whatever is told, at no time two things are true, and no source is lost",
        arguments: 1...60
    )
    func property(seed: Int) {
        let random = SeededRandom(seed: UInt64(seed))
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        var known: [Fact] = []
        var told: Set<String> = []
        for number in 1...60 {
            let from = pick(30)
            var new = Self.fact(
                UInt64(number),
                "Gate \(pick(4))",
                from: from,
                until: pick(2) == 0 ? nil : from + 1 + pick(10),
                confidence: Double(pick(101)) / 100,
                source: "s\(pick(3))"
            )
            new.provenance[0].run = "\(number)"
            told.insert("\(number)")
            let result = FactConsolidation(adding: new, to: known)
            var next = known.filter { fact in
                !result.merged.contains { $0.id == fact.id }
                    && !result.ended.contains { $0.id == fact.id } && fact.id != result.fact.id
            }
            next += result.ended + [result.fact]
            // What the new one says is true at its beginning, unless a later truth began there too.
            let atBeginning = next.filter { $0.isValid(at: new.validFrom) }
            #expect(atBeginning.map { Fact.key(of: $0.statement) } == [Fact.key(of: new.statement)])
            known = next
            for (index, one) in known.enumerated() {
                #expect((0...1).contains(one.confidence), "seed \(seed)")
                #expect(one.validUntil.map { one.validFrom <= $0 } ?? true, "seed \(seed)")
                for other in known[(index + 1)...] {
                    let start = max(one.validFrom, other.validFrom)
                    #expect(
                        !(one.isValid(at: start) && other.isValid(at: start)),
                        "seed \(seed), fact \(number): \(one.statement), \(other.statement)"
                    )
                }
            }
            let kept = Set(known.flatMap(\.provenance).compactMap(\.run))
            #expect(kept == told, "seed \(seed), fact \(number)")
            // Telling it again changes nothing.
            let again = FactConsolidation(adding: new, to: known)
            #expect(again.ended.isEmpty && again.merged.isEmpty && !again.isNew, "seed \(seed)")
        }
    }
}
