// SPDX-License-Identifier: Apache-2.0

import Base
import ImageFormat
import Testing

/// Builds a header as `qemu-img create -f qcow2` writes it, to be spoiled by a test.
struct HeaderBuilder {
  var bytes: [UInt8]

  init(version: UInt32 = 3, virtualSize: UInt64 = 1 << 30) {
    bytes = [UInt8](repeating: 0, count: 512)
    bytes.replaceSubrange(0..<4, with: [0x51, 0x46, 0x49, 0xFB])
    set(version, at: 4)
    set(UInt32(16), at: 20)
    set(virtualSize, at: 24)
    if version == 3 { set(UInt32(104), at: 100) }
  }

  mutating func set<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    withUnsafeBytes(of: value.bigEndian) {
      bytes.replaceSubrange(offset..<offset + $0.count, with: $0)
    }
  }
}

@Suite struct QCOW2HeaderTests {
  @Test(arguments: [UInt32(2), 3]) func readsAPlainImage(version: UInt32) throws {
    let header = try QCOW2Header(parsing: HeaderBuilder(version: version).bytes)
    #expect(header.version == version)
    #expect(header.virtualSize == 1 << 30)
    try header.requireSelfContained()
  }

  @Test func refusesABackingFile() throws {
    var builder = HeaderBuilder()
    builder.set(UInt64(0x200), at: 8)
    let header = try QCOW2Header(parsing: builder.bytes)
    #expect(header.hasBackingFile)
    #expect { try header.requireSelfContained() } throws: {
      ($0 as? RoostError)?.user == "The qcow2 image is refused: it has a backing file."
    }
  }

  @Test func refusesAnExternalDataFileByFeatureBitOrByExtension() throws {
    var byBit = HeaderBuilder()
    byBit.set(UInt64(1 << 2), at: 72)
    #expect(throws: RoostError.self) {
      try QCOW2Header(parsing: byBit.bytes).requireSelfContained()
    }
    var byExtension = HeaderBuilder()
    byExtension.set(UInt32(0x6803_F857), at: 104)
    byExtension.set(UInt32(3), at: 108)
    byExtension.set(UInt32(0x4441_5441), at: 120)
    byExtension.set(UInt32(8), at: 124)
    #expect(try QCOW2Header(parsing: byExtension.bytes).hasExternalDataFile)
  }

  @Test func refusesEncryptionAndCorruption() throws {
    var encrypted = HeaderBuilder()
    encrypted.set(UInt32(2), at: 32)
    #expect(throws: RoostError.self) {
      try QCOW2Header(parsing: encrypted.bytes).requireSelfContained()
    }
    var corrupt = HeaderBuilder()
    corrupt.set(UInt64(1 << 1), at: 72)
    #expect(throws: RoostError.self) {
      try QCOW2Header(parsing: corrupt.bytes).requireSelfContained()
    }
  }

  @Test func refusesHostileNumbers() {
    let spoil: [(Int, UInt64)] = [
      (24, 0), (24, .max), (72, 1 << 5), (72, .max), (16, 0xFFFF_FFFF), (32, 9 << 32),
    ]
    for (offset, value) in spoil {
      var builder = HeaderBuilder()
      builder.set(value, at: offset)
      #expect(throws: RoostError.self, "offset \(offset)") {
        try QCOW2Header(parsing: builder.bytes)
      }
    }
    for length: UInt32 in [0, 103, 105, .max] {
      var builder = HeaderBuilder()
      builder.set(length, at: 100)
      #expect(throws: RoostError.self) { try QCOW2Header(parsing: builder.bytes) }
    }
    var reaching = HeaderBuilder()
    reaching.set(UInt32(1), at: 104)
    reaching.set(UInt32.max, at: 108)
    #expect(throws: RoostError.self) { try QCOW2Header(parsing: reaching.bytes) }
  }

  @Test func everyTruncationIsAnErrorAndNoTrap() {
    let whole = HeaderBuilder().bytes
    for count in 0..<104 {
      #expect(throws: RoostError.self) { try QCOW2Header(parsing: Array(whole[..<count])) }
    }
    #expect(throws: Never.self) { try QCOW2Header(parsing: Array(whole[..<104])) }
  }

  @Test func noMutationTraps() {
    // A fixed walk over the bytes: each is set to each of a few values that tend to break parsers.
    for offset in 0..<160 {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var bytes = HeaderBuilder().bytes
        bytes[offset] = value
        _ = try? QCOW2Header(parsing: bytes)
      }
    }
  }
}
