/// The letters without marks that letters with marks consist of: of U+0180 and above, but for Hangul, kana
/// and compatibility ideographs.
///
/// They are Unicode's canonical decompositions without the non-spacing and enclosing marks (UnicodeData.txt,
/// version 14.0), so that a letter is the same term whether its marks stand in it or behind it.
enum LetterDecompositions {
    /// The bases of a scalar; nil where it is none, or its own.
    static func bases(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? { table[scalar.value] }

    private static let table: [UInt32: [Unicode.Scalar]] = {
        var table: [UInt32: [Unicode.Scalar]] = [:]
        for group in text.split(whereSeparator: { $0 == ";" || $0 == "\n" }) {
            let parts = group.split(separator: ":")
            guard parts.count == 2 else { continue }
            let bases = parts[0].split(separator: "+").compactMap { number($0) }
                .compactMap(Unicode.Scalar.init)
            for run in parts[1].split(separator: " ") {
                let ends = run.split(separator: "-").compactMap { number($0) }
                guard let first = ends.first, let last = ends.last else { continue }
                for value in first...last { table[value] = bases }
            }
        }
        return table
    }()

    private static func number(_ text: Substring) -> UInt32? {
        UInt32(text.filter { $0 != " " }, radix: 16)
    }

    /// The bases, a colon, and what consists of them and marks; in hexadecimal.
    private static let text = """
        41: 1CD 1DE 1E0 1FA 200 202 226 1E00 1EA0 1EA2 1EA4 1EA6 1EA8 1EAA 1EAC 1EAE 1EB0 1EB2 \
        1EB4 1EB6 212B
        42: 1E02 1E04 1E06; 43: 1E08; 44: 1E0A 1E0C 1E0E 1E10 1E12
        45: 204 206 228 1E14 1E16 1E18 1E1A 1E1C 1EB8 1EBA 1EBC 1EBE 1EC0 1EC2 1EC4 1EC6; 46: 1E1E
        47: 1E6 1F4 1E20; 48: 21E 1E22 1E24 1E26 1E28 1E2A; 49: 1CF 208 20A 1E2C 1E2E 1EC8 1ECA
        4B: 1E8 1E30 1E32 1E34 212A; 4C: 1E36 1E38 1E3A 1E3C; 4D: 1E3E 1E40 1E42
        4E: 1F8 1E44 1E46 1E48 1E4A
        4F: 1A0 1D1 1EA 1EC 20C 20E 22A 22C 22E 230 1E4C 1E4E 1E50 1E52 1ECC 1ECE 1ED0 1ED2 1ED4 \
        1ED6 1ED8 1EDA 1EDC 1EDE 1EE0 1EE2
        50: 1E54 1E56; 52: 210 212 1E58 1E5A 1E5C 1E5E; 53: 218 1E60 1E62 1E64 1E66 1E68
        54: 21A 1E6A 1E6C 1E6E 1E70
        55: 1AF 1D3 1D5 1D7 1D9 1DB 214 216 1E72 1E74 1E76 1E78 1E7A 1EE4 1EE6 1EE8 1EEA 1EEC \
        1EEE 1EF0
        56: 1E7C 1E7E; 57: 1E80 1E82 1E84 1E86 1E88; 58: 1E8A 1E8C
        59: 232 1E8E 1EF2 1EF4 1EF6 1EF8; 5A: 1E90 1E92 1E94
        61: 1CE 1DF 1E1 1FB 201 203 227 1E01 1EA1 1EA3 1EA5 1EA7 1EA9 1EAB 1EAD 1EAF 1EB1 1EB3 \
        1EB5 1EB7
        62: 1E03 1E05 1E07; 63: 1E09; 64: 1E0B 1E0D 1E0F 1E11 1E13
        65: 205 207 229 1E15 1E17 1E19 1E1B 1E1D 1EB9 1EBB 1EBD 1EBF 1EC1 1EC3 1EC5 1EC7; 66: 1E1F
        67: 1E7 1F5 1E21; 68: 21F 1E23 1E25 1E27 1E29 1E2B 1E96
        69: 1D0 209 20B 1E2D 1E2F 1EC9 1ECB; 6A: 1F0; 6B: 1E9 1E31 1E33 1E35
        6C: 1E37 1E39 1E3B 1E3D; 6D: 1E3F 1E41 1E43; 6E: 1F9 1E45 1E47 1E49 1E4B
        6F: 1A1 1D2 1EB 1ED 20D 20F 22B 22D 22F 231 1E4D 1E4F 1E51 1E53 1ECD 1ECF 1ED1 1ED3 1ED5 \
        1ED7 1ED9 1EDB 1EDD 1EDF 1EE1 1EE3
        70: 1E55 1E57; 72: 211 213 1E59 1E5B 1E5D 1E5F; 73: 219 1E61 1E63 1E65 1E67 1E69
        74: 21B 1E6B 1E6D 1E6F 1E71 1E97
        75: 1B0 1D4 1D6 1D8 1DA 1DC 215 217 1E73 1E75 1E77 1E79 1E7B 1EE5 1EE7 1EE9 1EEB 1EED \
        1EEF 1EF1
        76: 1E7D 1E7F; 77: 1E81 1E83 1E85 1E87 1E89 1E98; 78: 1E8B 1E8D
        79: 233 1E8F 1E99 1EF3 1EF5 1EF7 1EF9; 7A: 1E91 1E93 1E95; C6: 1E2 1FC; D8: 1FE
        E6: 1E3 1FD; F8: 1FF; 17F: 1E9B; 1B7: 1EE; 292: 1EF; 2B9: 374
        391: 386 1F08-1F0F 1F88-1F8F 1FB8-1FBC; 395: 388 1F18-1F1D 1FC8-1FC9
        397: 389 1F28-1F2F 1F98-1F9F 1FCA-1FCC; 399: 38A 3AA 1F38-1F3F 1FD8-1FDB
        39F: 38C 1F48-1F4D 1FF8-1FF9; 3A1: 1FEC; 3A5: 38E 3AB 1F59 1F5B 1F5D 1F5F 1FE8-1FEB
        3A9: 38F 1F68-1F6F 1FA8-1FAF 1FFA-1FFC 2126
        3B1: 3AC 1F00-1F07 1F70-1F71 1F80-1F87 1FB0-1FB4 1FB6-1FB7; 3B5: 3AD 1F10-1F15 1F72-1F73
        3B7: 3AE 1F20-1F27 1F74-1F75 1F90-1F97 1FC2-1FC4 1FC6-1FC7
        3B9: 390 3AF 3CA 1F30-1F37 1F76-1F77 1FBE 1FD0-1FD3 1FD6-1FD7
        3BF: 3CC 1F40-1F45 1F78-1F79; 3C1: 1FE4-1FE5
        3C5: 3B0 3CB 3CD 1F50-1F57 1F7A-1F7B 1FE0-1FE3 1FE6-1FE7
        3C9: 3CE 1F60-1F67 1F7C-1F7D 1FA0-1FA7 1FF2-1FF4 1FF6-1FF7; 3D2: 3D3-3D4; 406: 407
        410: 4D0 4D2; 413: 403; 415: 400-401 4D6; 416: 4C1 4DC; 417: 4DE; 418: 40D 419 4E2 4E4
        41A: 40C; 41E: 4E6; 423: 40E 4EE 4F0 4F2; 427: 4F4; 42B: 4F8; 42D: 4EC; 430: 4D1 4D3
        433: 453; 435: 450-451 4D7; 436: 4C2 4DD; 437: 4DF; 438: 439 45D 4E3 4E5; 43A: 45C
        43E: 4E7; 443: 45E 4EF 4F1 4F3; 447: 4F5; 44B: 4F9; 44D: 4ED; 456: 457; 474: 476; 475: 477
        4D8: 4DA; 4D9: 4DB; 4E8: 4EA; 4E9: 4EB; 5D0: FB2E-FB30; 5D1: FB31 FB4C; 5D2: FB32
        5D3: FB33; 5D4: FB34; 5D5: FB35 FB4B; 5D6: FB36; 5D8: FB38; 5D9: FB1D FB39; 5DA: FB3A
        5DB: FB3B FB4D; 5DC: FB3C; 5DE: FB3E; 5E0: FB40; 5E1: FB41; 5E3: FB43; 5E4: FB44 FB4E
        5E6: FB46; 5E7: FB47; 5E8: FB48; 5E9: FB2A-FB2D FB49; 5EA: FB4A; 5F2: FB1F
        627: 622-623 625; 648: 624; 64A: 626; 6C1: 6C2; 6D2: 6D3; 6D5: 6C0; 915: 958; 916: 959
        917: 95A; 91C: 95B; 921: 95C; 922: 95D; 928: 929; 92B: 95E; 92F: 95F; 930: 931; 933: 934
        9A1: 9DC; 9A2: 9DD; 9AF: 9DF; 9C7+9BE: 9CB; 9C7+9D7: 9CC; A16: A59; A17: A5A; A1C: A5B
        A2B: A5E; A32: A33; A38: A36; B21: B5C; B22: B5D; B47: B48; B47+B3E: B4B; B47+B57: B4C
        B92+BD7: B94; BC6+BBE: BCA; BC6+BD7: BCC; BC7+BBE: BCB; CC2: CCA; CC2+CD5: CCB
        CD5: CC0 CC7; CD6: CC8; D46+D3E: D4A; D46+D57: D4C; D47+D3E: D4B; DD9: DDA
        DD9+DCF: DDC-DDD; DD9+DDF: DDE; F40: F69; F42: F43; F4C: F4D; F51: F52; F56: F57; F5B: F5C
        1025: 1026; 1B05+1B35: 1B06; 1B07+1B35: 1B08; 1B09+1B35: 1B0A; 1B0B+1B35: 1B0C
        1B0D+1B35: 1B0E; 1B11+1B35: 1B12; 1B35: 1B3B 1B3D 1B43; 1B3E+1B35: 1B40; 1B3F+1B35: 1B41
        11099: 1109A; 1109B: 1109C; 110A5: 110AB; 11347+1133E: 1134B; 11347+11357: 1134C
        114B9: 114BB; 114B9+114B0: 114BC; 114B9+114BD: 114BE; 115B8+115AF: 115BA
        115B9+115AF: 115BB; 11935+11930: 11938
        """
}
