import Core

/// How a layout's proof is written.
extension LoadFile {
    /// Adds what is proved of one box: `supportedMm2`, `carriers` (the boxes it rests on, by their
    /// places in `boxes` from 0, with the area on each), `bears`, `maxLoad`, `headroom`, `reachable`,
    /// `inTheWay`, and `class` and `priority` where the load has them.
    static func explain(_ json: inout JSON, _ proof: LayoutProof.Box) {
        json["supportedMm2"] = .int(proof.supportedMm2)
        json["carriers"] = .array(
            proof.carriers.map { ["box": .int($0.box), "mm2": .int($0.areaMm2)] }
        )
        json["bears"] = kilograms(proof.bearsGrams)
        json["maxLoad"] = proof.maxLoadGrams.map { kilograms(Double($0)) } ?? .null
        json["headroom"] = proof.headroomGrams.map(kilograms) ?? .null
        json["reachable"] = .bool(proof.isReachable)
        if !proof.isReachable { json["inTheWay"] = .array(proof.inTheWay.map { .int($0) }) }
        if let goodsClass = proof.goodsClass { json["class"] = .string(goodsClass) }
        if proof.priority > 0 { json["priority"] = .int(proof.priority) }
    }

    /// What is proved of the whole.
    static func proofJSON(_ proof: LayoutProof, bound: VolumeBound) -> JSON {
        let millimetres = { (value: Double) in JSON.double((value * 10).rounded() / 10) }
        return [
            "volumeUtilisation": .double(proof.volumeUtilisation),
            "volumeBound": .double(bound.share),
            "boundBy": .string(bound.limit.rawValue),
            "boundReason": .string(bound.reason),
            "weightUtilisation": proof.weightUtilisation.map(JSON.double) ?? .null,
            "weight": kilograms(Double(proof.weightGrams)),
            "centreOfGravity": proof.centreOfGravity.map {
                ["x": millimetres($0.x), "y": millimetres($0.y), "z": millimetres($0.z)]
            } ?? .null,
            "axleLoads": proof.axleLoads.map {
                ["front": kilograms($0.frontGrams), "rear": kilograms($0.rearGrams)]
            } ?? .null,
        ]
    }
}
