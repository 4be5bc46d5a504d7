import Core
import Glibc
import Logistics

// `weft pack` with several containers.

func pack(_ problem: FleetProblem, _ options: PackOptions) throws(PackingError) -> Int32 {
    let plan = try FleetPacker().plan(problem, options: options.search)
    let left = problem.items.enumerated().filter { plan.unplaced[$1.id] != nil }
    for (index, item) in left.prefix(mostTold) {
        complainOfPack(
            "/items/\(index) (\(item.id)): \(plan.unplaced[item.id] ?? 0) of \(item.quantity) "
                + "left out: \(plan.reasons[item.id] ?? "")"
        )
    }
    say(LoadFile.json(plan, explained: options.isExplained).text())
    return 0
}

func validate(_ problem: FleetProblem, _ options: PackOptions) throws(PackingError) -> Int32 {
    let path = options.layoutPath ?? ""
    let found: [(vehicle: Int?, violation: Violation)]
    do {
        found = try LoadFile.violations(parseLoad(readLoadFile(path)), of: problem)
    } catch {
        let place = error.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        complainOfPack("\(path)\(place): \(error.message)")
        return 1
    }
    say(LoadFile.json(found).text())
    for (vehicle, violation) in found.prefix(mostTold) {
        let place = vehicle.map { "vehicle \($0): " } ?? ""
        complainOfPack("\(violation.rule.rawValue): \(place)\(violation.message)")
    }
    return found.isEmpty ? 0 : 1
}
