public import Core

/// How a loading sequence is written.
extension LoadFile {
    /// `{"steps":[…],"allClear"}`: every box in loading order, and whether all can be pushed in
    /// straight.
    ///
    /// A step is `{"step","item","x","y","z","length","width","height","turn":{"upright","along"},
    /// "onto","stop","weight","lift","access","inTheWay"?,"words"}`. `onto` is `"floor"`, or the steps
    /// whose boxes carry it; `inTheWay` the steps that `access` is about; steps count from 1.
    ///
    /// - Parameters:
    ///   - boxes: the boxes in loading order, of kinds that `problem` has.
    ///   - problem: what they are.
    /// - Returns: the steps.
    public static func sequence(_ boxes: [PackedBox], of problem: LoadProblem) -> JSON {
        let instructions = LoadingInstruction.list(boxes, in: problem)
        let numbers = { (steps: [Int]) in JSON.array(steps.map { .int($0 + 1) }) }
        let steps = instructions.enumerated().map { index, instruction -> JSON in
            let step = instruction.step
            let onFloor = step.onto.isEmpty && step.box.z == 0
            var json: JSON = [
                "step": .int(index + 1), "item": .string(problem.items[step.box.item].id),
                "x": .int(step.box.x), "y": .int(step.box.y), "z": .int(step.box.z),
                "length": .int(step.box.length), "width": .int(step.box.width),
                "height": .int(step.box.height),
            ]
            if let turning = instruction.turning {
                json["turn"] = [
                    "upright": .string(turning.upright.rawValue),
                    "along": .string(turning.along.rawValue),
                ]
            }
            json["onto"] = onFloor ? "floor" : numbers(step.onto)
            json["stop"] = .int(instruction.stop)
            json["weight"] = kilograms(Double(instruction.weightGrams))
            json["lift"] = .string(instruction.lift.rawValue)
            json["access"] = .string(step.access.rawValue)
            if !step.inTheWay.isEmpty { json["inTheWay"] = numbers(step.inTheWay) }
            json["words"] = .string(instruction.words)
            return json
        }
        return [
            "allClear": .bool(instructions.allSatisfy { $0.step.access == .clear }),
            "steps": .array(steps),
        ]
    }
}
