// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing

@testable import StateDigest

/// The digests of docs/wire.md, which another implementation of BLAKE2b computed, are ours.
@Suite struct DocumentedDigestsTests {
  private static func vectors() throws -> [String: (hashed: [UInt8], hash: [UInt8])] {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let bytes = try #require(try SystemDisk().read(root + "/docs/wire.md", limit: 1 << 20))
    var found: [String: (hashed: [UInt8], hash: [UInt8])] = [:]
    var name: String?
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("```digest ") {
        name = String(line.dropFirst("```digest ".count))
      } else if line.hasPrefix("```") {
        name = nil
      } else if let name {
        let isHash = line.hasPrefix("=")
        let digits = line.drop { $0 == "=" }.prefix { $0 != "#" }.split(separator: " ")
        let values = try digits.map { try #require(UInt8($0, radix: 16)) }
        var entry = found[name] ?? ([], [])
        if isHash { entry.hash += values } else { entry.hashed += values }
        found[name] = entry
      }
    }
    return found
  }

  private let instance = InstanceID("a7000000-0000-4000-8000-000000000001") ?? .zero
  private let generation = Generation(epoch: 2, number: 256)

  @Test func whatIsHeld() throws {
    let vector = try #require(try Self.vectors()["held"])
    #expect(vector.hashed.count == 32)
    #expect(EntryDigest(holding: instance, generation).bytes == vector.hash)
  }

  @Test func whatWasObserved() throws {
    let vector = try #require(try Self.vectors()["observed"])
    #expect(vector.hashed.count == 59)
    var observation = Observation()
    observation.instanceID = instance
    observation.generation = generation
    observation.phase = .settled
    observation.powerState = 1
    observation.machineType = "pc"
    observation.domainName = "a"
    #expect(EntryDigest(observation).bytes == vector.hash)
    // In its bucket, the eleventh, and nothing in the others.
    let digest = StateDigest([EntryDigest(observation)]).bytes
    #expect(Array(digest[160..<176]) == vector.hash)
    #expect(digest.enumerated().allSatisfy { (160..<176).contains($0.offset) || $0.element == 0 })
  }
}
