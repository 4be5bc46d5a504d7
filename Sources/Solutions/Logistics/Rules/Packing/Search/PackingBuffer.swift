/// A growing buffer without bounds checks, reference counts or copies on write.
///
/// The packer's inner loop reads and writes these millions of times a second. The owner frees it.
struct PackingBuffer<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int
    var count = 0

    init(capacity: Int = 64) {
        self.capacity = max(capacity, 4)
        base = .allocate(capacity: self.capacity)
    }

    func free() { base.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { base[index] }
        nonmutating set { base[index] = newValue }
    }

    mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let larger = max(wanted, capacity * 2)
        let fresh = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        fresh.update(from: base, count: count)
        base.deallocate()
        base = fresh
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { reserve(count + 1) }
        base[count] = element
        count += 1
    }

    mutating func copy(_ other: PackingBuffer) {
        reserve(other.count)
        base.update(from: other.base, count: other.count)
        count = other.count
    }

    mutating func fill(_ value: Element, count wanted: Int) {
        reserve(wanted)
        base.update(repeating: value, count: wanted)
        count = wanted
    }
}

extension UnsafeMutablePointer where Pointee: BitwiseCopyable {
    /// A copy of an array on the heap; whoever asked for it frees it.
    static func copy(of array: [Pointee]) -> Self {
        let pointer = Self.allocate(capacity: Swift.max(array.count, 1))
        for (index, element) in array.enumerated() {
            (pointer + index).initialize(to: element)
        }
        return pointer
    }
}
