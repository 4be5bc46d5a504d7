/// How many people should lift a piece.
///
/// One person's figure is the 25 kg that the Health and Safety Executive's guidance L23, "Manual
/// handling" (4th edition, 2016), gives for lifting close to the body at the height of the knuckles.
/// A team of two can lift about two thirds of the sum of what each can (the same, "Team handling"):
/// 2/3 × 50 kg. These are guideline figures for planning, not limits: smaller people, awkward pieces
/// and long carries call for less.
public enum LiftingAdvice: String, Sendable, CaseIterable {
    /// One person can lift it.
    case one
    /// Two people should lift it together.
    case two
    /// It needs a truck, a trolley or a hoist.
    case aid

    /// What one person lifts at most, in grams.
    public static let onePersonGrams = 25_000
    /// What two people lift at most, in grams.
    public static let twoPeopleGrams = 33_000
    /// Where the figures come from.
    public static let source = "HSE L23, Manual handling, guideline figures"

    /// The advice for a piece of so many grams.
    public init(weightGrams: Int) {
        self =
            weightGrams <= Self.onePersonGrams
            ? .one : weightGrams <= Self.twoPeopleGrams ? .two : .aid
    }
}
