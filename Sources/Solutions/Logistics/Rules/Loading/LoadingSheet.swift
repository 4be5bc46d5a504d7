public import Core

/// What a loader needs to know of each box beyond where it stands: which piece it is, how it is
/// turned, what it stands on, and how many people should lift it.
///
/// Pieces of a line are alike; they are numbered in the order in which they are loaded, through all
/// vehicles of the order.
public struct LoadingSheet: Sendable {
    private let items: [String: OrderItem]
    private var numbers: [String: Int] = [:]

    /// A sheet over the lines of an order.
    public init(_ items: [OrderItem]) {
        self.items = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The boxes of the next vehicle with what the sheet adds: `piece`, `of`, `upright`, `along`,
    /// `restsOn` (sequence numbers; none is the floor) and `lift`.
    ///
    /// - Parameter boxes: the boxes as the layout document has them, in loading order.
    /// - Returns: the same boxes, completed.
    public mutating func completed(_ boxes: [JSON]) -> [JSON] {
        let placed = boxes.map { box in
            func number(_ key: String) -> Int { box[key]?.int ?? 0 }
            return PackedBox(
                item: 0,
                x: number("xMm"),
                y: number("yMm"),
                z: number("zMm"),
                length: number("lengthMm"),
                width: number("widthMm"),
                height: number("heightMm")
            )
        }
        let contacts = LayoutProof.contacts(placed)
        return boxes.indices.map { index in
            var box = boxes[index]
            let id = box["item"]?.string ?? ""
            numbers[id, default: 0] += 1
            box["piece"] = .int(numbers[id] ?? 1)
            box["of"] = .int(items[id]?.quantity ?? numbers[id] ?? 1)
            if let item = items[id], let turned = Turning(of: placed[index], CargoItem(item)) {
                box["upright"] = .string(turned.upright.rawValue)
                box["along"] = .string(turned.along.rawValue)
            }
            let below = contacts[index].map { boxes[$0.lower]["sequence"]?.int ?? 0 }
            box["restsOn"] = .array(below.sorted().map { .int($0) })
            let advice = LiftingAdvice(weightGrams: box["weightGrams"]?.int ?? 0)
            box["lift"] = .string(advice.rawValue)
            return box
        }
    }
}
