// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Decision time against fleet size as a drawing that needs nothing but a browser.
struct DecisionPlot {
  private let results: [PlacementRun.Result]

  init(_ results: [PlacementRun.Result]) { self.results = results }

  private static let (width, height, margin) = (760.0, 420.0, 60.0)
  /// Microseconds at the axis' ends.
  private static let (least, most) = (1.0, 1000.0)

  var svg: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(Self.height)" \
    font-family="sans-serif" font-size="12">
    <rect width="100%" height="100%" fill="white"/>
    <text x="\(Self.margin)" y="24" font-size="15">Time of a placement decision against the fleet's size</text>
    \(axes)
    \(line("median", "#1f77b4") { $0.median })
    \(line("99 % are faster", "#d62728") { $0.p99 })
    </svg>

    """
  }

  private var axes: String {
    var parts: [String] = []
    for time in [1.0, 10, 100, 1000] {
      let y = height(of: time)
      parts.append(
        "<line x1=\"\(Self.margin)\" x2=\"\(Self.width - 20)\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#ddd\"/>"
          + "<text x=\"\(Self.margin - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">\(Int(time)) µs</text>"
      )
    }
    for result in results {
      let x = place(of: result.hosts)
      parts.append(
        "<text x=\"\(x)\" y=\"\(Self.height - 30)\" text-anchor=\"middle\">\(result.hosts)</text>")
    }
    parts.append(
      "<text x=\"\(Self.width / 2)\" y=\"\(Self.height - 10)\" text-anchor=\"middle\">hosts</text>")
    return parts.joined(separator: "\n")
  }

  private func line(
    _ name: String, _ color: String, _ value: (PlacementRun.Result) -> Double
  ) -> String {
    let points = results.map { (place(of: $0.hosts), height(of: value($0))) }
    let path = points.map { "\($0.0),\($0.1)" }.joined(separator: " ")
    let dots = points.map { "<circle cx=\"\($0.0)\" cy=\"\($0.1)\" r=\"3\" fill=\"\(color)\"/>" }
    let end = points.last ?? (0, 0)
    return "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>"
      + dots.joined()
      + "<text x=\"\(end.0)\" y=\"\(end.1 - 10)\" text-anchor=\"end\" fill=\"\(color)\">\(name)</text>"
  }

  /// Both axes are logarithmic.
  private func place(of hosts: Int) -> Double {
    let (first, last) = (results.first?.hosts ?? 1, results.last?.hosts ?? 10)
    let share = log(Double(hosts) / Double(first)) / max(log(Double(last) / Double(first)), 1e-9)
    return rounded(Self.margin + share * (Self.width - Self.margin - 60))
  }

  private func height(of time: Double) -> Double {
    let share =
      log(min(max(time, Self.least), Self.most) / Self.least) / log(Self.most / Self.least)
    return rounded(Self.height - 55 - share * (Self.height - 100))
  }

  private func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
}
