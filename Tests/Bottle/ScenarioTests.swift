// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import Simulation
import Testing

@testable import Bottle

@Suite struct ScenarioTests {
  private let small = Scenario(
    seed: .max, nodes: 2, length: .seconds(60), leaseSeconds: 10, clients: 3,
    plan: FaultPlan(
      [
        Fault(at: .seconds(2), .kill(.init(process: .node(1), afterCalls: 12, down: .seconds(5)))),
        Fault(
          at: .milliseconds(1500),
          .partition(
            .init(nodes: NodeList([1, 0]), direction: .toController, lasting: .seconds(9)))),
      ], end: .seconds(50)), plantedBug: "no-fsync")

  private let text = """
    {
      "format": "roost-bottle",
      "version": 1,
      "seed": "18446744073709551615",
      "nodes": 2,
      "length_us": 60000000,
      "lease_seconds": 10,
      "clients": 3,
      "planted_bug": "no-fsync",
      "plan": {"end_us": 50000000, "faults": [
        {"at_us":1500000,"fault":"partition","nodes":"0-1","direction":"to-controller","for_us":9000000},
        {"at_us":2000000,"fault":"kill","process":"node-1","after_calls":12,"down_us":5000000}
      ]}
    }

    """

  private func refusal(_ text: String) throws -> RoostError {
    try #require(throws: RoostError.self) { _ = try Scenario(parsing: Array(text.utf8)) }
  }

  @Test func aFileHasALineForEachFault() throws {
    #expect(small.fileText == text)
    #expect(try Scenario(parsing: Array(text.utf8)) == small)
  }

  @Test func withoutFaultsAndBugItComesBackToo() throws {
    let calm = Scenario(seed: 0, nodes: 1, length: .seconds(1), classes: .none)
    #expect(calm.plan.faults.isEmpty && calm.plan.end == .seconds(1))
    #expect(try Scenario(parsing: Array(calm.fileText.utf8)) == calm)
  }

  @Test func aDrawnOneComesBack() throws {
    let drawn = Scenario(seed: 8, nodes: 30, length: .seconds(7200), classes: .all)
    #expect(drawn.plan.faults.count == 124)
    #expect(try Scenario(parsing: Array(drawn.fileText.utf8)) == drawn)
  }

  @Test(arguments: [
    ("\"roost-bottle\"", "\"other\"", #"format: expected one of roost-bottle, got "other"."#),
    ("\"version\": 1", "\"version\": 2", "version: expected an integer from 1 to 1, got 2."),
    (
      "\"18446744073709551615\"", "7",
      "seed: expected a number from 0 to 18446744073709551615 in quotes, got 7."
    ),
    ("\"nodes\": 2", "\"nodes\": 0", "nodes: expected an integer from 1 to 10000, got 0."),
    ("\"clients\"", "\"customers\"", "customers: is not known here;"),
    (
      "node-1", "node-2",
      #"plan.faults[1].process: expected "controller" or "node-0" to "node-1", got "node-2"."#
    ),
    ("]}\n}", "]}", "Malformed JSON at line 14"),
  ])
  func errorsNameFieldValueAndWhatIsAllowed(old: String, new: String, message: String) throws {
    #expect(try refusal(text.replacing(old, with: new)).user.hasPrefix(message))
  }

  @Test func aFileTooLongIsNotParsed() throws {
    let bytes = [UInt8](repeating: 0x20, count: Scenario.maxFileSize + 1)
    let error = try #require(throws: RoostError.self) { _ = try Scenario(parsing: bytes) }
    #expect(error.kind == .tooLarge)
  }

  @Test func theGreatestPlanFitsTheFile() {
    let longest = Fault(
      at: .seconds(36_000_000 - 1),
      .calls(
        .init(
          node: 9999, operation: String(repeating: "\u{1}", count: 64),
          behaviour: .init(
            latency: .seconds(36_000_000)...(.seconds(36_000_000)), failures: 10_000,
            failure: .deadlineExceeded, hangs: 10_000, lies: 10_000),
          lasting: .seconds(36_000_000))))
    #expect((longest.json.encoded.count + 6) * 100_000 < Scenario.maxFileSize)
  }
}
