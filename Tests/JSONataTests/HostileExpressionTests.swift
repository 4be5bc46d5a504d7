import Core
import Foundation
import JSONata
import Testing

@Suite("A hostile expression")
struct HostileExpressionTests {
    private let environment = JSONataEnvironment(
        now: Timestamp(microseconds: 0),
        random: SeededRandom(seed: 1),
        limits: JSONataLimits(steps: 300_000, text: 1 << 20, time: .seconds(20))
    )

    private func code(_ source: String, input: JSON? = nil) -> String? {
        do throws(JSONataError) {
            _ = try JSONataExpression(source).outcome(input, in: environment)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "Nesting in the source is bounded",
        arguments: ["(", "[", "-", "{\"a\":", "$f(", "a[", "function(){", "a?", "$x:=", "|"]
    )
    func deepSource(_ opening: String) {
        #expect(code(String(repeating: opening, count: 200_000)) == "U1001")
    }

    @Test(
        "Chains of operators are bounded",
        arguments: [".a", "[0]", "+1", " and 1", "~>$f", "{a:1}", "^(a)", "@$a", "#$a", "()"]
    )
    func longSource(_ link: String) {
        let code = code("a" + String(repeating: link, count: 200_000 / link.utf8.count))
        #expect(code == "U1001" || code == "S0210" || code == nil)
    }

    @Test("Recursion that does not end, ends")
    func endless() {
        #expect(code("($f := function(){ $f() }; $f())") == "U1001")
        #expect(code("($f := function(){ 1 + $f() }; $f())") == "U1001")
        #expect(code("($f := function($n){ [$f($n + 1)] }; $f(0))") == "U1001")
        #expect(code("($f := function($x){ $map([1, 2], $f) }; $f(1))") == "U1001")
        #expect(code("($e := '$eval($e)'; $eval($e))") == "U1001")
    }

    @Test("Values that grow without end are refused")
    func growing() {
        #expect(code("($f := function($s){ $f($s & $s) }; $f('ab'))") == "U1001")
        #expect(code("($f := function($a){ $f([[$a]]) }; $f(1))") == "U1001")
        #expect(code("($f := function($a){ $f($append($a, $a)) }; $f([1, 2]))") == "U1001")
        #expect(code("($f := function($a){ $f({'a': $a}) }; $f(1))") == "U1001")
        #expect(code("($f := function($g){ $f($g ~> $sum) }; $f($sum))") == "U1001")
        #expect(code("($f := function($g){ $f(function(){ $g() }) }; $f($sum))") == "U1001")
        #expect(code("$pad('a', 1e15)") == "U1001")
        #expect(code("[1..1e7].[1..1e7]") == "U1001")
        #expect(code("[1..1e8]") == "D2014")
        #expect(code("$join([1..100000].('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))") == "U1001")
    }

    @Test(
        "Much work in few steps ends too",
        arguments: [
            "($b := [1..200000]; $count($map([1..200000], function($x){ 0 in $b })))",
            "($b := [1..200000]; $map([1..200000], function($x){ $sum($b) }))",
            "($b := $map([1..200000], function(){ 0 }); $map([1..200000], function($x){ $b ? 1 }))",
            "($b := [1..100000]; [1..100000][$b])",
            "($s := $pad('a', 900000); $map([1..200000], function($x){ $s < $s & 'b' }))",
            "($s := $pad('', 900000, 'a'); $map([1..200000], function($x){ $contains($s, $s & 'b') }))",
            "($s := $pad('', 900000, 'a'); $split($s, ''))",
            "($s := $pad('', 900000, 'a'); $replace($s, /a/, $s))",
            "$formatNumber(1, $pad('0.', 4000, '0'))",
        ]
    )
    func work(_ source: String) {
        let code = code(source)
        #expect(code == "U1001" || code == "D1001")
    }

    @Test("A value shared again and again is not written out without end")
    func shared() {
        let doubled =
            "($f := function($n, $a){ $n = 0 ? $a : $f($n - 1, [[$a], [$a]]) }; $f(60, 1))"
        #expect(code(doubled) == "U1001")
        #expect(code("$string(\(doubled))") == "U1001")
        #expect(code("\(doubled) = \(doubled)") == "U1001")
        #expect(code("$clone(\(doubled))") == "U1001")
        #expect(code("\(doubled).**") == "U1001")
    }

    @Test("A transformation that puts a value into itself ends")
    func cycle() throws {
        let source = "$ ~> |$|{'self': $}|"
        let value = try JSONataExpression(source).evaluate(["a": 1], in: environment)
        #expect(value == ["a": 1, "self": ["a": 1]])
    }

    @Test("A pattern that goes back again and again ends")
    func pattern() {
        let text = String(repeating: "a", count: 40)
        #expect(code("$match('\(text)!', /(a+)+$/)") == "U1001")
        #expect(code("$match('\(text)!', /(a|aa)+$/)") == "U1001")
        #expect(code("$contains('\(text)!', /^(([a-z])+.)+[A-Z]([a-z])+$/)") == "U1001")
    }

    @Test("Functions that hold each other are let go of", arguments: [1, 50])
    func cycles(_ times: Int) throws {
        let source =
            "($f := function($n){ $n = 0 ? 1 : ($g := function(){ $f($n) }; $f($n - 1)) }; $f(200))"
        let expression = try JSONataExpression(source)
        for _ in 0..<times { #expect(try expression.evaluate(nil, in: environment) == 1) }
    }

    @Test(
        "Deep recursion and deep values work on a thread with a small stack",
        arguments: [
            ("($f := function($n){ $n = 0 ? 0 : 1 + $f($n - 1) }; $f(3000))", 3_000),
            ("$sum($map([1..10], function($x){ $eval('(' & $string($x) & ')') }))", 55),
            (
                "($v := $reduce([1..190], function($a, $i){ [$a] }, 1); $w := $clone($v); "
                    + "$string($v) = $string($w) and $v = $w and $count($v.**) = 1 ? 1 : 0)",
                1
            ),
        ] as [(String, JSON)]
    )
    func smallStack(_ source: String, _ expected: JSON) throws {
        let environment = environment
        nonisolated(unsafe) var found = Result<JSON?, any Error>.success(nil)
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            found = Result {
                try JSONataExpression(source).evaluate(nil, in: environment)
            }
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
        #expect(try found.get() == expected)
    }
}
