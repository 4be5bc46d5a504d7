extension [Int64] {
    /// The nearest rank in sorted values; 0 where there are none.
    func quantile(_ share: Double) -> Int64 {
        guard !isEmpty else { return 0 }
        let rank = (share * Double(count)).rounded(.up)
        return self[Swift.max(0, Swift.min(count - 1, Int(rank) - 1))]
    }
}
