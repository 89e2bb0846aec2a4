// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Synchronization
import Testing

/// A loop that a caller turns.
@Suite struct DrivenLoopTests {
  /// What has happened, in order, and how often work was asked for.
  private final class Notes: Sendable {
    let lines = Mutex<[String]>([])
    let wishes = Mutex(0)

    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock(\.self) }
    var wished: Int { wishes.withLock(\.self) }
  }

  private actor Resident {
    private let loop: DrivenLoop
    private let notes: Notes
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      loop.isolation.asUnownedSerialExecutor()
    }

    init(_ loop: DrivenLoop, _ notes: Notes) { (self.loop, self.notes) = (loop, notes) }

    func visit() { notes.add("resident") }
  }

  private let notes = Notes()
  private let loop: DrivenLoop

  init() {
    loop = DrivenLoop { [notes] in notes.wishes.withLock { $0 += 1 } }
  }

  /// Turns it as long as there is work.
  private func turnThrough() {
    while loop.turn() {}
  }

  @Test func nothingHappensUntilItIsTurned() {
    loop.execute { [notes] in notes.add("body") }
    _ = Task(executorPreference: loop) { [notes] in notes.add("task") }
    #expect(notes.all == [] && notes.wished == 1)
    turnThrough()
    #expect(notes.all == ["body", "task"])
  }

  @Test func asksForWorkOnceUntilItHasBeenTurned() {
    for _ in 0..<3 { loop.execute {} }
    #expect(notes.wished == 1)
    #expect(!loop.turn())
    loop.execute {}
    #expect(notes.wished == 2)
  }

  @Test func workThatATurnMakesIsTheNextTurns() {
    loop.execute { [loop, notes] in
      loop.executeLast { notes.add("last") }
      loop.execute { notes.add("work of work") }
      notes.add("work")
    }
    #expect(loop.turn())
    #expect(notes.all == ["work", "last"])
    #expect(!loop.turn())
    #expect(notes.all == ["work", "last", "work of work"])
    #expect(notes.wished == 1)
  }

  @Test func tasksTheirChildrenAndResidentsRunThere() {
    let resident = Resident(loop, notes)
    _ = Task(executorPreference: loop) { [notes] in
      await withDiscardingTaskGroup { group in
        for number in 1...3 { group.addTask { notes.add("child \(number)") } }
      }
      await resident.visit()
      notes.add("end")
    }
    turnThrough()
    #expect(notes.all == ["child 1", "child 2", "child 3", "resident", "end"])
  }

  @Test func abandonedNothingGoesOn() {
    let resident = Resident(loop, notes)
    _ = Task(executorPreference: loop) { [loop, notes] in
      notes.add("before")
      loop.execute { notes.add("queued") }
      loop.executeLast { notes.add("last") }
      loop.abandon()
      notes.add("to the next wait")
      await resident.visit()
      notes.add("behind it")
    }
    turnThrough()
    loop.execute { [notes] in notes.add("later") }
    turnThrough()
    #expect(notes.all == ["before", "to the next wait"])
    #expect(notes.wished == 1)
  }

  @Test func whatIsDroppedIsLetGo() {
    final class Held: Sendable {
      let notes: Notes
      init(_ notes: Notes) { self.notes = notes }
      deinit { notes.add("let go") }
    }
    let held = Held(notes)
    loop.execute { withExtendedLifetime(held) {} }
    loop.abandon()
    loop.execute { withExtendedLifetime(held) {} }
    _ = consume held
    #expect(notes.all == ["let go"])
  }
}
