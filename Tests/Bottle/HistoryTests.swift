// SPDX-License-Identifier: Apache-2.0

import Bottle
import Testing

@Suite struct HistoryTests {
  private func sample() -> History {
    var history = History()
    history.append(at: .milliseconds(3), "tenant-1", .request, "create web", subject: "a")
    history.append(at: .seconds(61), "controller", .commit, "instance a\nand more", subject: "a")
    history.append(at: .seconds(62), "faults", .fault, "kill node-10")
    history.append(at: .seconds(3700), "node-10", .step, "start\u{1B}[31m", subject: "b")
    return history
  }

  @Test func textIsAlignedWithALineAnEvent() {
    #expect(
      sample().text() == """
        0:00:00.003000  tenant-1    request  create web  [a]
        0:01:01.000000  controller  commit   instance a\\nand more  [a]
        0:01:02.000000  faults      fault    kill node-10
        1:01:40.000000  node-10     step     start\\u{1b}[31m  [b]
        4 events, digest b62461940e65753eccded0a05a46bbfd

        """)
  }

  @Test func oneServerCanBeFollowed() {
    #expect(
      sample().text(about: "b") == """
        0:01:02.000000  faults   fault  kill node-10
        1:01:40.000000  node-10  step   start\\u{1b}[31m
        4 events, digest b62461940e65753eccded0a05a46bbfd

        """)
  }

  @Test func theDigestDependsOnEveryFieldAndOnTheOrder() {
    func digest(_ events: [HistoryEvent]) -> String {
      var history = History()
      for event in events { history.append(event) }
      return history.digestText
    }
    func event(
      _ at: Int64 = 1, _ actor: String = "a", _ kind: HistoryEvent.Kind = .log,
      _ text: String = "t", _ subject: String? = "s"
    ) -> HistoryEvent {
      HistoryEvent(at: .microseconds(at), actor: actor, kind: kind, text: text, subject: subject)
    }
    let histories = [
      [], [event()], [event(), event()], [event(2)], [event(1, "b")], [event(1, "a", .step)],
      [event(1, "a", .log, "u")], [event(1, "a", .log, "t", nil)],
      [event(1, "a", .log, "t", "")], [event(1, "a", .log, "ts", "")],
      [event(2), event()], [event(), event(2)],
    ]
    #expect(Set(histories.map(digest)).count == histories.count)
  }

  @Test func whatIsDroppedStillCounts() {
    var whole = History()
    var short = History(keeping: 10)
    for number in 0..<1000 {
      whole.append(at: .seconds(Int64(number)), "node-1", .log, "\(number)")
      short.append(at: .seconds(Int64(number)), "node-1", .log, "\(number)")
      #expect(short.events.count <= 20 && short.events.last == whole.events.last)
    }
    #expect(short.digest == whole.digest && short.count == 1000)
    #expect(short.events == whole.events.suffix(short.events.count))
    #expect(short.text().hasPrefix("(\(short.dropped) events before these were not kept)\n"))
  }

  @Test(arguments: [
    (Duration.zero, "0 s"), (.microseconds(999), "999 µs"), (.microseconds(1500), "1.5 ms"),
    (.milliseconds(1250), "1.25 s"), (.seconds(60), "1 min"), (.seconds(3605), "1 h 5 s"),
    (.seconds(-90), "-1 min 30 s"), (.microseconds(7_500_000_001), "2 h 5 min 0.000001 s"),
  ])
  func spansAreWrittenInPeoplesUnits(span: Duration, text: String) {
    #expect(span.text == text)
  }
}
