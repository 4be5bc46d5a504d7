import Core
import Foundation
import Platform
import Testing

@Suite struct DataFolderTests {
    private let root = NSTemporaryDirectory() + "weft-folder-" + UUID().uuidString

    @Test("The folder and those above it are made, for their owner alone")
    func made() throws {
        let folder = try DataFolder(root + "/a/b")
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.keys)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(try DataFolder(root + "/a/b").store == folder.store)
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("What stands in the way is named")
    func inTheWay() throws {
        try Data("x".utf8).write(to: URL(fileURLWithPath: root))
        #expect { try DataFolder(root + "/data") } throws: {
            ($0 as? GeneralFault)?.message.contains(root + "/data: Not a directory") == true
        }
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("A second server on the folder is refused")
    func locked() throws {
        let folder = try DataFolder(root)
        try folder.lock()
        #expect { try DataFolder(root).lock() } throws: {
            ($0 as? GeneralFault)?.code == "data-folder-in-use"
        }
        try FileManager.default.removeItem(atPath: root)
    }
}
