// SPDX-License-Identifier: Apache-2.0

import Base
import Switch
import Testing

@Suite struct LinkNamesTests {
  @Test func tapNamesFitTheKernelAndBeginThePort() throws {
    let port = try #require(PortID("0F3A1B2C-4d5e-6f70-8192-a3b4c5d6e7f8"))
    #expect(LinkNames.tap(of: port) == "tap0f3a1b2c-4d")
    #expect(LinkNames.isValid(LinkNames.tap(of: port)))
  }

  @Test func marksNamePortsAndNothingElseDoes() throws {
    let port = PortID.random(from: SystemRandomness())
    #expect(LinkNames.port(fromAlias: LinkNames.alias(of: port)) == port)
    for alias in ["", "roost:port:", "roost:port:x", "roost:bridge:\(port)", "\(port)"] {
      #expect(LinkNames.port(fromAlias: alias) == nil)
    }
  }

  @Test(arguments: ["", ".", "..", "a/b", "a b", "a:b", "sixteen-letters-"])
  func refusesNamesTheKernelRefuses(name: String) {
    #expect(!LinkNames.isValid(name))
  }
}
