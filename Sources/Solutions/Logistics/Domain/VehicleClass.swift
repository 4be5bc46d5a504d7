/// The size classes of road vehicles, cut as the United Kingdom's conversion factors cut them.
///
/// The cut is by gross weight (DESNZ, "Greenhouse gas reporting: conversion factors 2025", sheets
/// "Freighting goods"), so that each class has its own emission factor.
public enum VehicleClass: String, Sendable, CaseIterable {
    /// A van up to 3.5 t.
    case van
    /// A rigid lorry over 3.5 t, up to 7.5 t.
    case lightRigid = "light-rigid"
    /// A rigid lorry over 7.5 t, up to 17 t.
    case mediumRigid = "medium-rigid"
    /// A rigid lorry over 17 t.
    case heavyRigid = "heavy-rigid"
    /// An articulated lorry up to 33 t.
    case lightArtic = "light-artic"
    /// An articulated lorry over 33 t.
    case artic

    /// The class in words.
    public var label: String {
        switch self {
        case .van: "van up to 3.5 t"
        case .lightRigid: "rigid lorry up to 7.5 t"
        case .mediumRigid: "rigid lorry up to 17 t"
        case .heavyRigid: "rigid lorry over 17 t"
        case .lightArtic: "articulated lorry up to 33 t"
        case .artic: "articulated lorry over 33 t"
        }
    }
}
