// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Reconciler
import Testing

@Suite struct ReportBoardTests {
  let instance = InstanceID.random(from: SystemRandomness())

  func observation(_ step: String) -> Observation {
    var observation = Observation()
    observation.instanceID = instance
    observation.phase = .working
    observation.step = step
    return observation
  }

  @Test func onlyTheLatestIsToldAndOnlyUntilAcknowledged() {
    let board = ReportBoard()
    board.post(observation("a"))
    board.post(observation("b"))
    let pending = board.pending(limit: 10)
    #expect(pending.map(\.observation.step) == ["b"])
    board.acknowledge(pending)
    #expect(board.pending(limit: 10).isEmpty)
    board.post(observation("b"))
    #expect(board.pending(limit: 10).isEmpty)
  }

  @Test func anAcknowledgementOfTheOldDoesNotSilenceTheNew() {
    let board = ReportBoard()
    board.post(observation("a"))
    let told = board.pending(limit: 10)
    board.post(observation("b"))
    board.acknowledge(told)
    #expect(board.pending(limit: 10).map(\.observation.step) == ["b"])
  }

  @Test func everythingIsToldAgainOnRequest() {
    let board = ReportBoard()
    board.post(observation("a"))
    board.acknowledge(board.pending(limit: 10))
    board.take(recorded: [])
    #expect(board.pending(limit: 10).count == 1)
    board.remove(instance)
    #expect(board.pending(limit: 10).isEmpty)
  }

  @Test(.timeLimit(.minutes(10))) func theBellRemembersOneRingAndEndsWithItsTask() async {
    let bell = WakeSignal()
    bell.ring()
    bell.ring()
    await bell.wait()
    let waiting = Task { await bell.wait() }
    waiting.cancel()
    await waiting.value
    await bell.wait(atMost: .milliseconds(1), SystemClock())
  }
}
