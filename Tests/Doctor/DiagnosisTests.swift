// SPDX-License-Identifier: Apache-2.0

import Base
import Doctor
import JSON
import Testing

struct DiagnosisTests {
  private let good = Diagnosis.ok("clock", "It ticks.")
  private let poor = Diagnosis.warn("space", "Little is left.", do: "Free some.")
  private let bad = Diagnosis.fail("tun", "It is absent.", do: "modprobe tun")

  @Test func onlyAFailureCounts() {
    #expect(Examination([good, poor]).exitCode == 0)
    #expect(Examination([good, bad, poor]).exitCode == 1)
    #expect(Examination([]).exitCode == 0)
  }

  @Test func eachIsALineWithWhatToDo() {
    #expect(
      Examination([good, poor, bad]).text == """
        ok   clock: It ticks.
        warn space: Little is left. Free some.
        fail tun: It is absent. modprobe tun

        """)
  }

  @Test func programsReadTheSame() {
    let checks = Examination([good, bad]).json["checks"]
    #expect(checks?[0]?["verdict"] == "ok" && checks?[0]?["advice"] == .null)
    #expect(checks?[1]?["check"] == "tun" && checks?[1]?["advice"] == "modprobe tun")
  }
}
