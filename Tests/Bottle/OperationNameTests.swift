// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import Bottle

/// A fault of a call that nobody makes would be none.
@Suite struct OperationNameTests {
  @Test(arguments: FaultSource.operations.flatMap { $0 })
  func isACallThatSomePartMakes(operation: String) throws {
    let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let files = try ["agent/Images", "Sources/Simulation"].flatMap { folder in
      let names = try FileManager.default.subpathsOfDirectory(
        atPath: root.appending(path: folder).path)
      return names.filter { $0.hasSuffix(".swift") }.map { root.appending(path: "\(folder)/\($0)") }
    }
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    // The hypervisor's add their first part themselves.
    let call = "(\"\(operation.replacing("hypervisor.", with: ""))\""
    #expect(texts.contains { $0.contains(call) }, "no call of \(operation)")
  }
}
