/// What of a plan's budget is left.
struct FleetBudget {
    private var options: Packer.Options

    init(_ options: Packer.Options) {
        self.options = options
    }

    /// One of so many equal parts of what is left.
    func part(of parts: Int) -> Packer.Options {
        var part = options
        switch options.budget {
        case .seconds(let seconds): part.budget = .seconds(seconds / Double(max(parts, 1)))
        case .iterations(let count): part.budget = .iterations(max(1, count / max(parts, 1)))
        }
        return part
    }

    /// Takes off what an attempt used; each thread has the whole of a time.
    mutating func spend(on layout: Layout) {
        switch options.budget {
        case .seconds(let seconds):
            options.budget = .seconds(
                max(0, seconds - layout.seconds / Double(max(options.threads, 1)))
            )
        case .iterations(let count):
            options.budget = .iterations(max(1, count - layout.iterations))
        }
    }
}
