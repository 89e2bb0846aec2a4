// SPDX-License-Identifier: Apache-2.0

import Base
import Images
import Scratch
import Testing

@Suite struct ConfigDriveImageTests {
  let files = [
    ConfigDriveFile(path: "openstack/latest/meta_data.json", content: Array(#"{"name":"a"}"#.utf8)),
    ConfigDriveFile(
      path: "openstack/latest/user_data", content: [UInt8](repeating: 65, count: 5000)),
    ConfigDriveFile(path: "openstack/latest/empty", content: []),
  ]

  @Test func hasTheVolumeIDAndBothKindsOfLongNames() throws {
    let image = try ConfigDriveImage.render(files)
    // The primary volume descriptor is sector 16; its volume id is 32 bytes at offset 40.
    let id = image[(16 * 2048 + 40)..<(16 * 2048 + 72)]
    #expect(String(decoding: id, as: UTF8.self) == "config-2".padded(to: 32))
    // Joliet is announced by a supplementary descriptor with this escape sequence.
    let descriptors = Array(image[(16 * 2048)..<(20 * 2048)])
    #expect(descriptors.contains(sequence: [0x25, 0x2F, 0x45]))
    #expect(image.contains(sequence: Array("meta_data.json".utf8)))
  }

  @Test func aStrangerReadsItsFiles() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.iso"
    try SystemDisk().replace(path, with: try ConfigDriveImage.render(files), mode: 0o600)
    let listing = try command("/usr/bin/python3", "-c", Self.reader, path)
    #expect(listing == "12 5000 0")
  }

  /// Reads the Rock Ridge names of `openstack/latest` with nothing but the standard's offsets.
  private static let reader = """
    import sys, struct
    d = open(sys.argv[1], 'rb').read()
    def entries(record):
        at, size = struct.unpack_from('<I', record, 2)[0] * 2048, struct.unpack_from('<I', record, 10)[0]
        end = at + size
        while at < end:
            n = d[at]
            if n == 0:
                at = (at // 2048 + 1) * 2048
                continue
            r = d[at:at + n]
            at += n
            su, name = 33 + r[32] + (1 - r[32] % 2), b''
            while su + 4 <= n and r[su + 2]:
                if r[su:su + 2] == b'NM': name += r[su + 5:su + r[su + 2]]
                su += r[su + 2]
            yield name.decode(), r
    def find(record, path):
        for part in path.split('/'): record = dict(entries(record))[part]
        return record
    root = d[16 * 2048 + 156:16 * 2048 + 190]
    sizes = [struct.unpack_from('<I', find(root, 'openstack/latest/' + f), 10)[0]
             for f in ('meta_data.json', 'user_data', 'empty')]
    print(*sizes, end='')
    """

  @Test func equalFilesMakeEqualDrives() throws {
    let image = try ConfigDriveImage.render(files)
    #expect(try ConfigDriveImage.render(files.reversed()).count == image.count)
  }

  @Test(arguments: ["", "/etc/passwd", "a//b", "../a", "a/../b", "a/.", "a/b/c/d/e/f/g/h/i"])
  func refusesPathsThatLeaveTheDrive(path: String) {
    #expect(throws: RoostError.self) {
      try ConfigDriveImage.render([ConfigDriveFile(path: path, content: [])])
    }
  }

  @Test func refusesTooMuchAndTwice() {
    let big = [UInt8](repeating: 0, count: ConfigDriveImage.contentLimit + 1)
    #expect(throws: RoostError.self) {
      try ConfigDriveImage.render([ConfigDriveFile(path: "big", content: big)])
    }
    #expect(throws: RoostError.self) { try ConfigDriveImage.render([files[0], files[0]]) }
  }
}

extension String {
  fileprivate func padded(to count: Int) -> String {
    self + String(repeating: " ", count: max(0, count - utf8.count))
  }
}

extension Array where Element == UInt8 {
  fileprivate func contains(sequence: [UInt8]) -> Bool {
    guard count >= sequence.count else { return false }
    return (0...(count - sequence.count)).contains { self[$0...].starts(with: sequence) }
  }
}
