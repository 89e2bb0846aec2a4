// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import FoundationEssentials
import TestSupport
import Testing

@testable import API

/// Keeps `docs/api-coverage.md` and the route tables the same. With ROOST_UPDATE_DOCS=1 in the
/// environment the lists of what is served are written anew instead of compared.
@Suite(.timeLimit(.minutes(10)))
struct CoverageTests {
  private static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/api-coverage.md")

  private let routes: [APIService: [Route]]

  init() throws {
    let cloud = try TestCloud()
    routes = servedRoutes(
      IdentityAPI(identity: cloud.identity, catalog: Catalog(region: "RegionOne")),
      images: cloud.images, cloud: cloud.cloud)
  }

  @Test func theDocumentListsWhatIsServed() throws {
    let text = try String(contentsOf: Self.path, encoding: .utf8)
    let written = try served(in: text)
    if ProcessInfo.processInfo.environment["ROOST_UPDATE_DOCS"] == "1" {
      try Data(written.utf8).write(to: Self.path)
    } else {
      #expect(
        text == written,
        "routes have changed: ROOST_UPDATE_DOCS=1 swift test --filter CoverageTests")
    }
  }

  /// The document with the lists between its marks as they should be.
  private func served(in text: String) throws -> String {
    var lines: [String] = []
    var marked: [APIService] = []
    var isInList = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "<!-- end -->" { isInList = false }
      if !isInList { lines.append(String(line)) }
      guard line.hasPrefix("<!-- served: ") else { continue }
      let name = line.dropFirst("<!-- served: ".count).prefix { $0 != " " }
      let service = try #require(APIService(rawValue: String(name)), "\(line)")
      lines += Self.table(try #require(routes[service], "\(line)"))
      marked.append(service)
      isInList = true
    }
    #expect(marked.count == routes.count && Set(marked) == Set(routes.keys))
    return lines.joined(separator: "\n")
  }

  @Test func whatTheDocumentCallsNotServedIsNot() throws {
    let text = try String(contentsOf: Self.path, encoding: .utf8)
    var service = APIService.operator
    var isInList = false
    var checked = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("## ") {
        service = APIService(rawValue: line.dropFirst(3).lowercased()) ?? service
      }
      if line.hasPrefix("| not served |") { isInList = true }
      if line.isEmpty { isInList = false }
      guard isInList, line.hasPrefix("| `") else { continue }
      let call = line.split(separator: "`")[1].split(separator: " ")
      let match = RouteTable(routes[service] ?? []).match(
        String(call[0]), try #require(pathSegments(call[1])), version: nil)
      if case .found = match { Issue.record("served after all: \(line)") }
      checked += 1
    }
    #expect(checked > 20)
  }

  private static func table(_ routes: [Route]) -> [String] {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    let rows = routes.map { route in
      (
        path: route.pattern.text, place: methods.firstIndex(of: route.method) ?? methods.count,
        row: "| \(route.method) | `\(route.pattern.text)` | \(remarks(route)) |"
      )
    }.sorted { ($0.path, $0.place) < ($1.path, $1.place) }
    return ["| method | path | remarks |", "|---|---|---|"] + rows.map(\.row)
  }

  private static func remarks(_ route: Route) -> String {
    var remarks: [String] = []
    if case .open = route.access { remarks.append("without a token") }
    if case .admin = route.access { remarks.append("admin") }
    if let versions = route.versions {
      let (oldest, newest) = (versions.lowerBound, versions.upperBound)
      let whole = MicroversionRange.compute
      if oldest > whole.oldest { remarks.append("from \(oldest)") }
      if newest < whole.newest { remarks.append("until \(newest)") }
    }
    return remarks.joined(separator: ", ")
  }
}
