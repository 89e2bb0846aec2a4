// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@Suite struct IdentifierTests {
  @Test func parsesCanonicalAndPlainHex() {
    let text = "0b5f9c1e-54d8-4ab2-8a90-3f3c6a1d2e4f"
    let id = NodeID(text)
    #expect(id?.description == text)
    #expect(NodeID(text.uppercased()) == id)
    #expect(NodeID("0b5f9c1e54d84ab28a903f3c6a1d2e4f") == id)
    #expect(id?.hex == "0b5f9c1e54d84ab28a903f3c6a1d2e4f")
  }

  @Test(arguments: ["", "x", "0b5f9c1e", "0b5f9c1e-54d8-4ab2-8a90-3f3c6a1d2e4", "é"])
  func refusesWhatIsNoUUID(_ text: String) {
    #expect(NodeID(text) == nil)
  }

  @Test func refusesSignsAndHyphensInOtherPlaces() {
    #expect(NodeID("+b5f9c1e-54d8-4ab2-8a90-3f3c6a1d2e4f") == nil)
    #expect(NodeID(" b5f9c1e-54d8-4ab2-8a90-3f3c6a1d2e4f") == nil)
    #expect(NodeID("0b5f9c1e5-4d8-4ab2-8a90-3f3c6a1d2e4f") == nil)
    #expect(NodeID("-b5f9c1e54d84ab28a903f3c6a1d2e4f") == nil)
  }

  @Test func writesEveryDigitInItsPlace() {
    let id = NodeID(uuidBytes: [
      0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32,
      0x10,
    ])
    #expect(id?.description == "01234567-89ab-cdef-fedc-ba9876543210")
    #expect(id?.hex == "0123456789abcdeffedcba9876543210")
    #expect(NodeID("01234567-89AB-CDEF-FEDC-BA9876543210") == id)
  }

  @Test func refusesThirtyTwoCharactersThatAreNotHex() {
    #expect(NodeID(String(repeating: "z", count: 32)) == nil)
  }

  @Test func randomOnesAreVersionFour() {
    struct Ones: Randomness {
      func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0xFF, count: count) }
    }
    #expect(NodeID.random(from: Ones()).description == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    let system = SystemRandomness()
    #expect(NodeID.random(from: system) != NodeID.random(from: system))
  }

  @Test func ordersAsItsText() throws {
    let small = try #require(NodeID("00000000-0000-4000-8000-000000000001"))
    let large = try #require(NodeID("f0000000-0000-4000-8000-000000000000"))
    #expect(small < large)
  }
}
