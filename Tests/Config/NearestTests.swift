// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite struct NearestTests {
  @Test(arguments: [
    ("", "", 0), ("a", "", 1), ("libvrit", "libvirt", 1), ("kitten", "sitting", 3),
    ("abc", "abc", 0), ("lease", "leases", 1), ("ab", "ba", 1),
  ])
  func countsEdits(left: String, right: String, distance: Int) {
    #expect(editDistance(left, right) == distance)
    #expect(editDistance(right, left) == distance)
  }

  @Test func namesOnlyWhatIsNear() {
    #expect(nearest(to: "adress", among: ["port", "address"]) == "address")
    #expect(nearest(to: "zebra", among: ["port", "address"]) == nil)
    #expect(nearest(to: "x", among: []) == nil)
  }
}
