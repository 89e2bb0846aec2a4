// SPDX-License-Identifier: Apache-2.0

import Base
import Bottle
import Testing

@Suite struct FaultClassesTests {
  @Test(arguments: [
    ("all", FaultClasses.all.description), ("none", "none"), ("kill", "kill"),
    ("power,kill,power", "kill,power"), ("all,none,reset", "reset"), ("kill,-kill", "none"),
    ("all,lying-disk,drift-beyond", "\(FaultClasses(FaultClass.allCases))"),
  ])
  func readsNamesFromLeftToRight(text: String, meaning: String) throws {
    let classes = try FaultClasses(parsing: text)
    #expect(classes.description == meaning)
    #expect(try FaultClasses(parsing: meaning) == classes)
  }

  @Test func whatBeginsWithLeavingOutBeginsWithAll() throws {
    let classes = try FaultClasses(parsing: "-kill,-civil-time")
    #expect(
      classes
        == FaultClasses(FaultClasses.all.ordered.filter { ![.kill, .civilTime].contains($0) }))
  }

  @Test func whatRoostDoesNotPromiseIsChosenByNameOnly() {
    #expect(!FaultClasses.all.contains(.lyingDisk) && !FaultClasses.all.contains(.driftBeyond))
    #expect(FaultClasses.all.ordered.count == FaultClass.allCases.count - 2)
  }

  @Test(arguments: ["", "kill,", "Kill", "-", "--kill", "-all", "kill power"])
  func errorsNameThePartAndWhatIsAllowed(text: String) throws {
    let error = try #require(throws: RoostError.self) { _ = try FaultClasses(parsing: text) }
    #expect(error.kind == .badRequest && error.field == "--faults")
    let part = text.split(separator: ",", omittingEmptySubsequences: false).last ?? ""
    #expect(
      error.user == "--faults: \"\(part)\" is not known; allowed are all, none, kill, power, "
        + "partition, weather, reset, half-open, disk, lying-disk, lanes, calls, hypervisor, guest, "
        + "drift, drift-beyond, civil-time, restore, and each of these names with - before it to leave it out."
    )
  }

  @Test func longTextIsRefused() throws {
    let text = String(repeating: "kill,", count: 300) + "kill"
    let error = try #require(throws: RoostError.self) { _ = try FaultClasses(parsing: text) }
    #expect(error.kind == .tooLarge)
  }
}
