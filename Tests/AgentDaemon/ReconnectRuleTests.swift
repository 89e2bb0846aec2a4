// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import AgentDaemon

@Suite struct ReconnectRuleTests {
  private struct Fixed: Randomness {
    let byte: UInt8
    func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
  }

  @Test func theWindowDoublesUpToItsBound() {
    #expect(
      (1...7).map { ReconnectRule.window(failures: $0) } == [
        .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(30),
        .seconds(30),
      ])
    #expect(ReconnectRule.window(failures: 0) == .seconds(1))
    #expect(ReconnectRule.window(failures: .max) == .seconds(30))
  }

  @Test func aFleetComesBackSpreadOverTheWholeWindow() {
    let random = SystemRandomness()
    let pauses = (1...10_000).map { _ in
      ReconnectRule.pause(failures: 4, random).inSeconds
    }
    #expect(pauses.allSatisfy { (0...8).contains($0) })
    for tenth in 0..<10 {
      let share = pauses.filter { Int($0 / 0.8) == tenth }.count
      #expect((800...1200).contains(share))
    }
  }

  @Test func aHintIsHonouredWithChanceAndWithinBounds() {
    let random = SystemRandomness()
    for _ in 1...1000 {
      let pause = ReconnectRule.pause(askedFor: .seconds(2), random)
      #expect(pause >= .seconds(2) && pause <= .seconds(3))
    }
    #expect(ReconnectRule.pause(askedFor: .seconds(1 << 32), Fixed(byte: 0)) == .seconds(30))
    #expect(ReconnectRule.pause(askedFor: .zero, Fixed(byte: 0)) == .milliseconds(1))
  }
}
