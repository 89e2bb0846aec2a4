// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Bottle

@Suite struct HTMLTimelineTests {
  private static let nasty = #"</script><script>alert(1)</script><!-- "'&amp;"#

  private func page(_ events: [HistoryEvent], failure: String? = nil, command: String = "run")
    -> String
  {
    var history = History()
    for event in events { history.append(event) }
    return HTMLTimeline(
      history: history,
      scenario: Scenario(seed: 7, nodes: 2, length: .seconds(3600), classes: .all, intensity: 3),
      failure: failure, command: command
    ).html
  }

  private func event(
    _ actor: String, _ text: String, _ kind: HistoryEvent.Kind = .log, subject: String? = nil
  ) -> HistoryEvent {
    HistoryEvent(at: .seconds(1), actor: actor, kind: kind, text: text, subject: subject)
  }

  private func data(_ page: String) throws -> JSONValue {
    let opening = #"<script type="application/json" id="data">"#
    let start = try #require(page.firstRange(of: opening)).upperBound
    let end = try #require(page[start...].firstRange(of: "</script>")).lowerBound
    return try JSONValue(parsing: Array(page[start..<end].utf8))
  }

  @Test func itAsksNothingOfAnybody() {
    let page = page([event("node-1", "up")], failure: "lost")
    for reference in [
      "http:", "https:", "src=", "href=", "url(", "@import", "import(", "fetch(", "XMLHttp", "\"//",
    ] {
      #expect(!page.contains(reference), "\(reference)")
    }
    #expect(
      page.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"))
  }

  @Test func nothingThatHappenedIsMarkupOrScript() throws {
    let nasty = Self.nasty
    let page = page(
      [event(nasty, nasty, .finding, subject: nasty)], failure: "\(nasty)\n\(nasty)",
      command: nasty)
    #expect(page.ranges(of: "<script").count == 2)
    #expect(page.ranges(of: "</script").count == 2)
    #expect(!page.contains("<!--") && !page.contains("<script>alert"))
    let escaped =
      "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &quot;&#39;&amp;amp;"
    #expect(page.contains("<title>\(escaped)</title>"))
    #expect(page.contains("<h1 class=\"bad\">\(escaped)</h1>"))
    #expect(page.contains("<pre class=\"why\">\(escaped)</pre>"))
    #expect(page.contains("<code id=\"command\">\(escaped)</code>"))
    let data = try data(page)
    #expect(data["actors"] == .array([.string(nasty)]))
    #expect(data["subjects"] == .array([.string(nasty)]))
    #expect(data["events"]?[0]?[4] == .string(nasty))
  }

  @Test func theScriptGetsEveryEvent() throws {
    let page = page([
      event("tenant-1", "create", .request, subject: "b"), event("node-10", "step", .step),
      event("node-2", "wrong\nvery", .finding, subject: "a"),
      event("controller", "ok", .commit, subject: "b"),
    ])
    var data = try #require(try data(page).members)
    data["kinds"] = nil
    data["concerns"] = nil
    let kind = { (one: HistoryEvent.Kind) -> JSONValue in
      .integer(Int64(HistoryEvent.Kind.allCases.firstIndex(of: one) ?? -1))
    }
    let expected: JSONValue = [
      "actors": ["controller", "node-2", "node-10", "tenant-1"], "subjects": ["b", "a"],
      "failure": 2,
      "events": [
        [1_000_000, 3, kind(.request), 0, "create"], [1_000_000, 2, kind(.step), -1, "step"],
        [1_000_000, 1, kind(.finding), 1, "wrong\nvery"],
        [1_000_000, 0, kind(.commit), 0, "ok"],
      ],
    ]
    #expect(JSONValue.object(data) == expected)
  }

  @Test func theFaultsTheCommandAndTheRunAreOnTop() {
    let page = page([], command: "roost-bench bottle --replay a.json")
    #expect(page.contains("<h1>Seed 7: nothing found</h1>"))
    #expect(page.contains("<code id=\"command\">roost-bench bottle --replay a.json</code>"))
    #expect(page.contains("seed 7 · 2 nodes · 4 clients · 1 h · lease 60 s · 0 events · digest 00"))
    #expect(page.contains("<summary>9 faults</summary>"))
    #expect(page.contains("1:00:00.000000 all faults are over</pre>"))
  }

  @Test func everyKindHasAColorInLightAndDark() {
    let style = String(decoding: PackageResources.timeline_css, as: UTF8.self)
    for kind in HistoryEvent.Kind.allCases {
      #expect(style.ranges(of: "--\(kind.rawValue): #").count == 2, "\(kind)")
    }
  }

  // Elements are made by the script, for what is in sight only.
  @Test func aLongHistoryHasNoMoreElements() {
    func elements(_ count: Int) -> Int {
      let page = page((0..<count).map { event("node-\($0 % 90)", "step \($0)", subject: "\($0)") })
      #expect(page.utf8.count < 60_000 + count * 60)
      return page.ranges(of: "<").count
    }
    #expect(elements(20_000) < elements(1) + 100)
  }
}
