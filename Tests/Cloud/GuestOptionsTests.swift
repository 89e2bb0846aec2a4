// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Testing

@testable import Cloud

struct GuestOptionsTests {
  @Test func whatAFlavorSaysReachesTheNode() throws {
    let usual = try GuestOptions([])
    #expect(!usual.startsPaused && !usual.staysOffAfterReboot && usual.startOrder == 100)
    let options = try GuestOptions([
      Property("roost:start_paused", "true"), Property("roost:start_order", "7"),
      Property("roost:on_host_reboot", "stay_off"), Property("hw:cpu_policy", "dedicated"),
    ])
    #expect(options.startsPaused && options.staysOffAfterReboot && options.startOrder == 7)
  }

  @Test(arguments: [
    ("start_paused", "yes"), ("start_order", "-1"), ("start_order", "first"),
    ("start_order", "1000001"), ("on_host_reboot", "stop"), ("on_host_rebot", "start"),
  ])
  func whatCannotBeIsRefused(key: String, value: String) {
    let error = #expect(throws: RoostError.self) {
      try GuestOptions([Property("roost:\(key)", value)])
    }
    #expect(error?.kind == .badRequest)
    #expect(error?.field == "extra_specs.roost:\(key)")
  }
}
