// SPDX-License-Identifier: Apache-2.0

import Base
import Bottle
import Testing

/// Runs that once broke a promise, as `Tests/Bottle/Scenarios/README.md` tells.
@Suite(.serialized) struct KeptScenariosTests {
  private static let folder = #filePath.replacing("KeptScenariosTests.swift", with: "Scenarios")

  private static let names: [String] =
    (try? SystemDisk().list(folder).filter { $0.hasSuffix(".json") }) ?? []

  @Test func thereAreSome() { #expect(!Self.names.isEmpty) }

  @Test(arguments: names) func breaksNothingAnyMore(name: String) throws {
    let path = "\(Self.folder)/\(name)"
    let bytes = try #require(try SystemDisk().read(path, limit: Scenario.maxFileSize))
    let outcome = try Run(try Scenario(parsing: bytes)).outcome()
    #expect(outcome.violations == [])
    #expect(outcome.checks > 0)
  }
}
