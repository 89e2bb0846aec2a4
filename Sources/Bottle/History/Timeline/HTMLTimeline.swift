// SPDX-License-Identifier: Apache-2.0

/// A run as one HTML file that asks nothing of anybody: a lane for each actor with its events in time,
/// all events as a list, filters, and on top what failed, the faults, and how to run it again.
public struct HTMLTimeline: Sendable {
  /// What happened.
  public var history: History
  /// What was run.
  public var scenario: Scenario
  /// What is not as it must be; its first line is the page's title. nil for a run without findings.
  public var failure: String?
  /// The command that runs it again.
  public var command: String

  /// A page.
  public init(history: History, scenario: Scenario, failure: String?, command: String) {
    self.history = history
    self.scenario = scenario
    self.failure = failure
    self.command = command
  }

  /// The page. Nothing in it but its own texts is markup or script, whatever the events say.
  public var html: String {
    let lines = (failure ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    let title = lines.first.map(String.init) ?? ""
    let heading = title.isEmpty ? "Seed \(scenario.seed): nothing found" : title
    let rest = lines.dropFirst().joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(heading.htmlEscaped)</title>
      <style>
      \(text(PackageResources.timeline_css))</style>
      </head>
      <body>
      <header>
      <div>
      <h1\(failure == nil ? "" : " class=\"bad\"")>\(heading.htmlEscaped)</h1>
      \(rest.isEmpty ? "" : "<pre class=\"why\">\(rest.htmlEscaped)</pre>\n")\
      <p class="facts">\(facts.joined(separator: " · ").htmlEscaped)</p>
      <span class="command"><code id="command">\(command.htmlEscaped)</code>\
      <button id="copy">Copy</button></span>
      </div>
      <details\(scenario.plan.faults.count <= 12 ? " open" : "")>
      <summary>\(scenario.plan.faults.count) faults</summary>
      <pre>\(scenario.plan.description.htmlEscaped)</pre>
      </details>
      </header>
      <nav>
      <input id="words" type="search" placeholder="Search" aria-label="Search in what happened">
      <select id="subject" aria-label="Follow a server"><option value="-1">All servers</option></select>
      <span id="kinds"></span>
      <button id="failure">Failure</button>
      <button id="whole" title="Double click or Ctrl and wheel: zoom. Drag: move. Click on a name: only that lane. j, k: next, previous.">Whole run</button>
      <span id="count"></span>
      </nav>
      <section id="lanes"><canvas></canvas><div id="tall"></div></section>
      <section id="list"><div id="space"></div><div id="rows"></div></section>
      <section id="detail" hidden></section>
      <div id="tip" hidden></div>
      <script type="application/json" id="data">\(text(data))</script>
      <script>
      \(text(PackageResources.timeline_js))</script>
      </body>
      </html>

      """
  }

  private var facts: [String] {
    var facts = [
      "seed \(scenario.seed)", "\(scenario.nodes) nodes", "\(scenario.clients) clients",
      scenario.length.text, "lease \(scenario.leaseSeconds) s",
      "\(history.count) events", "digest \(history.digestText)",
    ]
    if history.dropped > 0 { facts.append("the first \(history.dropped) events not kept") }
    if let bug = scenario.plantedBug { facts.append("with the planted bug \(bug)") }
    return facts
  }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

extension String {
  /// The text within an element or an attribute of HTML.
  var htmlEscaped: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
