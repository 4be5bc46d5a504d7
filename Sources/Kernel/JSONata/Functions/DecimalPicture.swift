import Core

/// A picture of a number, as XPath's format-number has it (F&O 3.1 section 4.7).
struct DecimalPicture {
    /// The characters that have a meaning.
    private struct Marks {
        var decimal = "."
        var grouping = ","
        var exponent = "e"
        var minus = "-"
        var percent = "%"
        var perMille = "‰"
        var zero = "0"
        var digit = "#"
        var separator = ";"
        /// The ten digits.
        var family: [Character] = Array("0123456789")

        init(_ options: ObjectValue?) {
            guard let options else { return }
            func take(_ key: String, _ mark: inout String) {
                if let text = options[key].text { mark = text }
            }
            take("decimal-separator", &decimal)
            take("grouping-separator", &grouping)
            take("exponent-separator", &exponent)
            take("minus-sign", &minus)
            take("percent", &percent)
            take("per-mille", &perMille)
            take("zero-digit", &zero)
            take("digit", &digit)
            take("pattern-separator", &separator)
            guard let first = zero.unicodeScalars.first else { return }
            family = (0..<10).map { offset in
                Character(Unicode.Scalar(first.value + UInt32(offset)) ?? "0")
            }
        }

        func isDigit(_ character: Character) -> Bool { family.contains(character) }

        func isOptional(_ character: Character) -> Bool { digit == String(character) }

        func isActive(_ character: Character) -> Bool {
            let text = String(character)
            return isDigit(character)
                || [decimal, exponent, grouping, digit, separator].contains(text)
        }
    }

    /// The parts of one sub-picture.
    private struct Part {
        var prefix = ""
        var suffix = ""
        var active: [Character] = []
        var mantissa: [Character] = []
        var exponent: [Character]?
        var whole: [Character] = []
        var fraction: [Character] = []
        var text: [Character] = []
    }

    /// What a sub-picture asks for.
    private struct Form {
        var prefix = ""
        var suffix = ""
        var groupings: [Int] = []
        var regularGrouping = 0
        var fractionGroupings: [Int] = []
        var leastWhole = 0
        var scaling = 0
        var leastFraction = 0
        var mostFraction = 0
        var leastExponent = 0
        var isPercent = false
        var isPerMille = false
        var hasDecimal = false
    }

    private let marks: Marks
    private var forms: [Form] = []

    /// Reads a picture.
    init(_ picture: String, options: ObjectValue?) throws(Failure) {
        marks = Marks(options)
        let parts = NativeFunction.pieces(of: picture, by: marks.separator)
        guard parts.count <= 2 else { throw Failure("D3080") }
        for text in parts {
            let part = part(Array(text))
            if let problem = problem(part) { throw Failure(problem) }
            let form = form(part)
            // JavaScript writes no more digits of a fraction.
            guard form.mostFraction <= 100 else {
                throw Failure("D1001", value: .int(form.mostFraction))
            }
            forms.append(form)
        }
    }

    private func index(of mark: String, in text: [Character], from start: Int = 0) -> Int? {
        let characters = Array(mark)
        guard !characters.isEmpty, start <= text.count - characters.count else { return nil }
        return (start...(text.count - characters.count)).first {
            text[$0..<($0 + characters.count)].elementsEqual(characters)
        }
    }

    private func part(_ text: [Character]) -> Part {
        var part = Part(text: text)
        let isMark = { (character: Character) in
            marks.isActive(character) && String(character) != marks.exponent
        }
        let first = text.firstIndex(where: isMark)
        let last = text.lastIndex(where: isMark)
        let start = first ?? 0
        let end = last.map { $0 + 1 } ?? text.count
        part.prefix = String(text[..<start])
        part.suffix = String(text[end...])
        part.active = Array(text[start..<max(start, end)])
        if let at = index(of: marks.exponent, in: text, from: start), at <= end {
            // As in the reference, the place counts from the start of the sub-picture.
            part.mantissa = Array(part.active.prefix(at))
            part.exponent = Array(part.active.dropFirst(at + 1))
        } else {
            part.mantissa = part.active
        }
        if let at = index(of: marks.decimal, in: part.mantissa) {
            part.whole = Array(part.mantissa[..<at])
            part.fraction = Array(part.mantissa[(at + 1)...])
        } else {
            part.whole = part.mantissa
            part.fraction = Array(part.suffix)
        }
        return part
    }

    /// The last rule that a sub-picture breaks, as the reference reports it.
    private func problem(_ part: Part) -> String? {
        var problem: String?
        func count(_ mark: String) -> Int {
            guard let first = index(of: mark, in: part.text) else { return 0 }
            return index(of: mark, in: part.text, from: first + 1) == nil ? 1 : 2
        }
        if count(marks.decimal) > 1 { problem = "D3081" }
        if count(marks.percent) > 1 { problem = "D3082" }
        if count(marks.perMille) > 1 { problem = "D3083" }
        if count(marks.percent) > 0, count(marks.perMille) > 0 { problem = "D3084" }
        if !part.mantissa.contains(where: { marks.isDigit($0) || marks.isOptional($0) }) {
            problem = "D3085"
        }
        if !part.active.allSatisfy({ marks.isActive($0) }) { problem = "D3086" }
        if let at = index(of: marks.decimal, in: part.text) {
            let around = [at - 1, at + 1].filter { part.text.indices.contains($0) }
            if around.contains(where: { String(part.text[$0]) == marks.grouping }) {
                problem = "D3087"
            }
        } else if part.whole.last.map({ String($0) }) == marks.grouping {
            problem = "D3088"
        }
        let isDoubled = zip(part.text, part.text.dropFirst()).contains {
            String($0) == marks.grouping && String($1) == marks.grouping
        }
        if isDoubled { problem = "D3089" }
        if let at = part.whole.firstIndex(where: { marks.isOptional($0) }),
            part.whole[..<at].contains(where: { marks.isDigit($0) })
        {
            problem = "D3090"
        }
        if let at = part.fraction.lastIndex(where: { marks.isOptional($0) }),
            part.fraction[at...].contains(where: { marks.isDigit($0) })
        {
            problem = "D3091"
        }
        if let exponent = part.exponent {
            if !exponent.isEmpty, count(marks.percent) + count(marks.perMille) > 0 {
                problem = "D3092"
            }
            if exponent.isEmpty || !exponent.allSatisfy({ marks.isDigit($0) }) { problem = "D3093" }
        }
        return problem
    }

    private func form(_ part: Part) -> Form {
        var form = Form(prefix: part.prefix, suffix: part.suffix)
        func digits(_ characters: some Sequence<Character>) -> Int {
            characters.count { marks.isDigit($0) || marks.isOptional($0) }
        }
        func groupings(_ text: [Character], toLeft: Bool) -> [Int] {
            var positions: [Int] = []
            var next = index(of: marks.grouping, in: text)
            while let at = next {
                let range = toLeft ? text.prefix(at) : text.dropFirst(at)
                positions.append(digits(range))
                next = index(of: marks.grouping, in: part.whole, from: at + 1)
            }
            return positions
        }
        form.groupings = groupings(part.whole, toLeft: false)
        form.regularGrouping = Self.regular(form.groupings)
        form.fractionGroupings = groupings(part.fraction, toLeft: true)
        form.leastWhole = part.whole.count { marks.isDigit($0) }
        form.scaling = form.leastWhole
        form.leastFraction = part.fraction.count { marks.isDigit($0) }
        form.mostFraction = digits(part.fraction)
        let hasExponent = part.exponent != nil
        if form.leastWhole == 0, form.mostFraction == 0 {
            if hasExponent {
                form.leastFraction = 1
                form.mostFraction = 1
            } else {
                form.leastWhole = 1
            }
        }
        if hasExponent, form.leastWhole == 0, part.whole.contains(where: { marks.isOptional($0) }) {
            form.leastWhole = 1
        }
        if form.leastWhole == 0, form.leastFraction == 0 { form.leastFraction = 1 }
        form.leastExponent = part.exponent?.count { marks.isDigit($0) } ?? 0
        form.isPercent = index(of: marks.percent, in: part.text) != nil
        form.isPerMille = index(of: marks.perMille, in: part.text) != nil
        form.hasDecimal = index(of: marks.decimal, in: part.text) != nil
        return form
    }

    /// The interval of positions that are regular; 0 when they are not.
    static func regular(_ positions: [Int]) -> Int {
        guard let first = positions.first else { return 0 }
        func divisor(_ one: Int, _ other: Int) -> Int {
            other == 0 ? one : divisor(other, one % other)
        }
        let factor = positions.dropFirst().reduce(first, divisor)
        let isRegular = (1...positions.count).allSatisfy { positions.contains($0 * factor) }
        return isRegular ? factor : 0
    }

    /// The number as the picture shows it.
    func text(of value: Double) -> String {
        var form = forms[0]
        if value < 0 {
            form = forms[forms.count - 1]
            if forms.count == 1 { form.prefix = marks.minus + form.prefix }
        }
        let adjusted = form.isPercent ? value * 100 : form.isPerMille ? value * 1_000 : value
        var mantissa = adjusted
        var exponent: Int?
        if form.leastExponent > 0 {
            let most = NumberText.powerOfTen(form.scaling)
            let least = NumberText.powerOfTen(form.scaling - 1)
            var power = 0
            while mantissa != 0, mantissa.isFinite, abs(mantissa) < least {
                mantissa *= 10
                power -= 1
            }
            while mantissa.isFinite, abs(mantissa) > most {
                mantissa /= 10
                power += 1
            }
            exponent = power
        }
        let rounded = NativeFunction.rounded(mantissa, Double(form.mostFraction))
        let digits = NumberText.fixed(rounded, form.mostFraction)
        let halves = digits.split(separator: ".", omittingEmptySubsequences: false)
        var whole = Array(halves[0].drop { $0 == "0" })
        var fraction = halves.count > 1 ? Array(halves[1]) : []
        while fraction.last == "0" { fraction.removeLast() }
        let missing = max(0, form.leastWhole - whole.count)
        whole.insert(contentsOf: repeatElement("0", count: missing), at: 0)
        fraction += repeatElement("0", count: max(0, form.leastFraction - fraction.count))
        var result = form.prefix + grouped(translated(whole), translated(fraction), form)
        if let exponent {
            let plain = Array(String(abs(exponent)))
            let padding = max(0, form.leastExponent - plain.count)
            let all = Array(repeatElement(Character("0"), count: padding)) + plain
            result += marks.exponent + (exponent < 0 ? marks.minus : "") + String(translated(all))
        }
        return result + form.suffix
    }

    private func translated(_ digits: [Character]) -> [Character] {
        guard marks.zero != "0" else { return digits }
        return digits.map { character in
            character.wholeNumberValue.map { marks.family[$0 % 10] } ?? character
        }
    }

    /// The digits with their separators, put in where the reference puts them.
    private func grouped(_ whole: [Character], _ fraction: [Character], _ form: Form) -> String {
        var text = whole.map { String($0) } + [marks.decimal] + fraction.map { String($0) }
        var decimal = whole.count
        func insert(at place: Int) {
            let at = place < 0 ? max(0, text.count + place) : min(place, text.count)
            text.insert(marks.grouping, at: at)
        }
        if form.regularGrouping > 0 {
            for place in stride(from: form.regularGrouping, to: decimal, by: form.regularGrouping) {
                insert(at: decimal - place)
            }
            decimal += max(0, (decimal - 1) / form.regularGrouping)
        } else {
            for place in form.groupings {
                insert(at: decimal - place)
                decimal += 1
            }
        }
        for place in form.fractionGroupings { insert(at: place + decimal + 1) }
        if !form.hasDecimal || decimal == text.count - 1 { text.removeLast() }
        return text.joined()
    }
}
