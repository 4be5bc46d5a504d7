import Core

/// One of the things that a leaf of a pattern accepts.
enum Alternative: Hashable, Sendable {
    case string([UInt8])
    case number(NumberKey)
    case yes
    case no
    case null
    case exists
    case absent
    case prefix([UInt8])
    case suffix([UInt8])
    case prefixFolded(FoldedText)
    case suffixFolded(FoldedText)
    case equalsFolded(FoldedText)
    case wildcard(Wildcard)
    case range(NumberRange)
    case address(AddressRange)
    case anythingBut(Exclusion)

    /// Whether the value is accepted; ``absent`` accepts none.
    func accepts(_ value: Scalar) -> Bool {
        switch self {
        case .exists: return true
        case .absent: return false
        case .yes: return value.kind == .yes
        case .no: return value.kind == .no
        case .null: return value.kind == .null
        case .number(let key): return key.accepts(value)
        case .range(let range): return value.number.map(range.contains) ?? false
        case .anythingBut(let exclusion): return !exclusion.covers(value)
        default: return value.kind == .string && accepts(text: value.bytes)
        }
    }

    private func accepts(text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .string(let wanted): text.elementsEqual(wanted)
        case .prefix(let prefix): text.starts(with: prefix)
        case .suffix(let suffix): text.ends(with: suffix)
        case .prefixFolded(let folded): folded.matches(text, at: .start)
        case .suffixFolded(let folded): folded.matches(text, at: .end)
        case .equalsFolded(let folded): folded.matches(text, at: .whole)
        case .wildcard(let wildcard): wildcard.matches(text)
        case .address(let range): NetworkAddress(text).map(range.contains) ?? false
        default: false
        }
    }
}

/// What `anything-but` excludes; values of other kinds are accepted.
enum Exclusion: Hashable, Sendable {
    case strings(Set<[UInt8]>)
    case numbers(Set<Double>)
    case prefixes(Set<[UInt8]>)
    case suffixes(Set<[UInt8]>)
    case folded(Set<FoldedText>)
    case wildcards(Set<Wildcard>)

    /// Whether the value is one of the excluded.
    func covers(_ value: Scalar) -> Bool {
        if case .numbers(let numbers) = self {
            return value.number.map(numbers.contains) ?? false
        }
        guard value.kind == .string else { return false }
        let text = value.bytes
        return switch self {
        case .strings(let texts): texts.contains(Array(text))
        case .prefixes(let prefixes): prefixes.contains { text.starts(with: $0) }
        case .suffixes(let suffixes): suffixes.contains { text.ends(with: $0) }
        case .folded(let texts): texts.contains { $0.matches(text, at: .whole) }
        case .wildcards(let wildcards): wildcards.contains { $0.matches(text) }
        case .numbers: false
        }
    }
}

/// A number that a value must equal.
enum NumberKey: Hashable, Sendable {
    /// Any way of writing it will do.
    case value(Double)
    /// It cannot be compared, so it must be written like this.
    case text([UInt8])

    init(_ text: String) {
        self = ComparableNumber.value(text).map(NumberKey.value) ?? .text(Array(text.utf8))
    }

    func accepts(_ value: Scalar) -> Bool {
        guard value.kind == .number else { return false }
        return switch self {
        case .value(let number): value.number == number
        case .text(let text): value.bytes.elementsEqual(text)
        }
    }
}

/// The numbers between two bounds.
struct NumberRange: Hashable, Sendable {
    var lower: Double = -.greatestFiniteMagnitude
    var includesLower = true
    var upper: Double = .greatestFiniteMagnitude
    var includesUpper = true

    func contains(_ number: Double) -> Bool {
        (includesLower ? number >= lower : number > lower)
            && (includesUpper ? number <= upper : number < upper)
    }
}

extension UnsafeBufferPointer<UInt8> {
    func ends(with suffix: [UInt8]) -> Bool {
        count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
    }
}

/// All that a leaf of a pattern accepts.
struct Condition: Hashable, Sendable {
    var alternatives: [Alternative]

    /// Whether the field may be missing.
    var acceptsAbsence: Bool { alternatives.contains(.absent) }

    /// Whether one of the alternatives accepts the value.
    func accepts(_ value: Scalar) -> Bool { alternatives.contains { $0.accepts(value) } }
}
