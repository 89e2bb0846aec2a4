// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Lanes

@Suite struct LaneQueueTests {
  @Test func refusesMoreThanItsCapacity() throws {
    var queue = LaneQueue()
    for _ in 0..<LaneQueue.capacity { _ = try queue.add("call") {} }
    let error = #expect(throws: RoostError.self) { _ = try queue.add("one more") {} }
    #expect(error?.kind == .unavailable)
    #expect(error?.operator?.contains("1024 calls wait") == true)
  }

  @Test func refusesBehindAnOverdueCallUntilItEnds() throws {
    var queue = LaneQueue()
    let number = try queue.add("hang") {}
    guard case .work = queue.take() else {
      Issue.record("nothing to take")
      return
    }
    queue.expire(number)
    let error = #expect(throws: RoostError.self) { _ = try queue.add("next") {} }
    #expect(error?.kind == .unavailable)
    #expect(error?.operator?.contains("hang") == true)
    queue.finish()
    #expect(throws: Never.self) { _ = try queue.add("next") {} }
  }

  @Test func keepsOrderAndDropsWhatExpired() throws {
    var queue = LaneQueue()
    _ = try queue.add("a") {}
    let dropped = try queue.add("b") {}
    _ = try queue.add("c") {}
    queue.expire(dropped)
    var order: [String] = []
    while case .work(let job) = queue.take() {
      order.append(job.operation)
      queue.finish()
    }
    #expect(order == ["a", "c"])
  }

  @Test func aDeadlineOfAnEndedCallChangesNothing() throws {
    var queue = LaneQueue()
    let number = try queue.add("a") {}
    _ = queue.take()
    queue.finish()
    _ = try queue.add("b") {}
    _ = queue.take()
    queue.expire(number)
    #expect(queue.current?.overdue == false)
  }

  @Test func endsAfterWhatWaitsAndTheLastWord() throws {
    var queue = LaneQueue()
    _ = try queue.add("a") {}
    queue.stop {}
    queue.stop {}
    #expect(throws: RoostError.self) { _ = try queue.add("b") {} }
    var order: [String] = []
    while case .work(let job) = queue.take() {
      order.append(job.operation)
      queue.finish()
    }
    #expect(order == ["a", "stop"])
    guard case .end = queue.take() else {
      Issue.record("the thread would wait for ever")
      return
    }
  }
}
