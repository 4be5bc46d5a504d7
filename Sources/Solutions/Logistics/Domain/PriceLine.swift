public import Core

/// One item of a price, with the sentence that explains it.
public struct PriceLine: Sendable, Hashable {
    /// What it is for, for instance `Distance`.
    public var label: String
    /// How much.
    public var amount: Money
    /// How the amount came about, with the numbers.
    public var explanation: String

    /// A line.
    public init(label: String, amount: Money, explanation: String) {
        self.label = label
        self.amount = amount
        self.explanation = explanation
    }

    /// Reads what `json` wrote, for instance from a record.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["label", "amount", "explanation"])
        label = try reader.member("label").string()
        amount = try Money(reading: reader.member("amount"))
        explanation = try reader.member("explanation").string()
    }

    /// `{"label","amount","explanation"}`.
    public var json: JSON {
        [
            "label": .string(label),
            "amount": amount.json,
            "explanation": .string(explanation),
        ]
    }
}
