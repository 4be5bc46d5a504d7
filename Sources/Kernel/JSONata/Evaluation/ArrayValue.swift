import Core

/// An array, or a sequence: the several results of one expression.
final class ArrayValue {
    private var elements: [Value]
    private var source: [JSON]?
    /// The first of whole numbers in a row, and how many there are, until one is looked at.
    private var span: (first: Double, count: Int)?

    /// Whether it is a sequence, of which a single element stands for itself.
    var isSequence = false
    /// Whether it stays an array with a single element.
    var keepsSingleton = false
    /// Whether an array constructor of a path made it: it is not flattened into the path's result.
    var isConstructed = false
    /// Whether it is there to hold the input, an array, as one element.
    var isOuterWrapper = false
    /// Whether the elements are tuples.
    var isTupleStream = false
    /// Whether a grouping made it for itself, and may add to it.
    var isGathering = false
    /// How deep it nests, itself included.
    private(set) var nesting = 1

    init(_ elements: [Value] = [], isSequence: Bool = false) {
        self.elements = elements
        self.isSequence = isSequence
        for element in elements { note(element) }
    }

    /// So many whole numbers, from `first` up; a sequence.
    init(from first: Double, count: Int) {
        elements = []
        span = (first, count)
        isSequence = true
    }

    /// An array of the input.
    init(source: [JSON]) {
        elements = []
        self.source = source
    }

    /// A sequence of the elements of an array.
    init(sequenceOf array: ArrayValue) {
        elements = array.items
        nesting = array.nesting
        isSequence = true
    }

    /// A sequence of what was given, which may be undefined.
    static func sequence(_ elements: Value...) -> ArrayValue {
        ArrayValue(elements, isSequence: true)
    }

    @inline(__always)
    private func note(_ element: Value) {
        let depth = element.nesting
        if depth >= nesting { nesting = depth + 1 }
    }

    var items: [Value] {
        if let source, elements.isEmpty, !source.isEmpty {
            elements = source.map { Value($0) }
        } else if let span {
            elements = (0..<span.count).map { .number(span.first + Double($0)) }
            self.span = nil
        }
        return elements
    }

    /// The elements of what is not the input's.
    var ownItems: [Value] { source == nil ? items : [] }

    var count: Int { source?.count ?? span?.count ?? elements.count }

    /// Another array of the same elements, which costs nothing as long as these are numbers in a row.
    var copy: ArrayValue {
        let copy = ArrayValue()
        copy.span = span
        if span == nil { copy.append(contentsOf: self) }
        return copy
    }

    subscript(index: Int) -> Value { items[index] }

    /// The element, undefined when out of range.
    func element(_ index: Int) -> Value {
        index >= 0 && index < count ? items[index] : .undefined
    }

    @inline(__always)
    func append(_ value: Value) {
        own()
        note(value)
        elements.append(value)
    }

    func append(contentsOf array: ArrayValue) {
        own()
        elements.append(contentsOf: array.items)
        if array.nesting > nesting { nesting = array.nesting }
    }

    func reserveCapacity(_ count: Int) { elements.reserveCapacity(count) }

    @inline(__always)
    private func own() {
        if source != nil || span != nil {
            _ = items
            source = nil
        }
    }

    func json() throws(Failure) -> JSON {
        if let source { return .array(source) }
        var result: [JSON] = []
        result.reserveCapacity(count)
        for element in items {
            result.append(try element.json() ?? .null)
        }
        return .array(result)
    }
}
