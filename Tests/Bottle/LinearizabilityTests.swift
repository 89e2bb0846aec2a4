// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Bottle

/// Histories made by hand.
@Suite struct LinearizabilityTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let isRight: Bool
    let operations: [Asked]
    var restores: [(backup: Int64, at: Int64, settled: Int64)] = []
    var testDescription: String { name }

    init(
      right name: String, restores: [(Int64, Int64, Int64)] = [], _ operations: Asked...
    ) {
      self.init(name, true, restores, operations)
    }

    init(
      wrong name: String, restores: [(Int64, Int64, Int64)] = [], _ operations: Asked...
    ) {
      self.init(name, false, restores, operations)
    }

    private init(
      _ name: String, _ isRight: Bool, _ restores: [(Int64, Int64, Int64)],
      _ operations: [Asked]
    ) {
      self.name = name
      self.isRight = isRight
      self.operations = operations
      self.restores = restores
    }

    var history: ClientHistory {
      var history = ClientHistory(operations)
      for restore in restores {
        history.restore(
          backup: .seconds(restore.backup), at: .seconds(restore.at),
          settled: .seconds(restore.settled))
      }
      return history
    }
  }

  static let samples = [
    Sample(right: "nothing was asked"),
    Sample(
      right: "a life", .init(1, 2, .create("a"), .done), .init(3, 4, .get, .found("a")),
      .init(5, 6, .rename("b"), .done), .init(7, 8, .get, .found("b")),
      .init(9, 10, .list, .found(nil)), .init(11, 12, .delete, .done),
      .init(13, 14, .get, .absent), .init(15, 16, .delete, .absent)),
    Sample(
      wrong: "an acknowledged create is lost", .init(1, 2, .create("a"), .done),
      .init(3, 4, .get, .absent)),
    Sample(
      wrong: "and is missing in the list", .init(1, 2, .create("a"), .done),
      .init(3, 4, .list, .absent)),
    Sample(
      wrong: "an acknowledged delete finds nothing", .init(1, 2, .create("a"), .done),
      .init(3, 4, .delete, .absent)),
    Sample(
      right: "while it is being made it may be there or not", .init(1, 9, .create("a"), .done),
      .init(2, 3, .get, .absent), .init(4, 5, .get, .found("a"))),
    Sample(
      wrong: "but not first there and then not", .init(1, 9, .create("a"), .done),
      .init(2, 3, .get, .found("a")), .init(4, 5, .get, .absent)),
    Sample(
      right: "two who look at once may see it in either order", .init(1, 9, .create("a"), .done),
      .init(2, 6, .get, .found("a")), .init(4, 7, .get, .absent)),
    Sample(
      right: "a create without answer takes effect late", .init(1, nil, .create("a"), nil),
      .init(2, 3, .get, .absent), .init(50, 51, .get, .found("a"))),
    Sample(
      right: "or never", .init(1, nil, .create("a"), nil), .init(2, 3, .get, .absent),
      .init(50, 51, .list, .absent)),
    Sample(
      wrong: "it takes effect once", .init(1, nil, .create("a"), nil),
      .init(2, 3, .get, .found("a")), .init(4, 5, .delete, .done), .init(6, 7, .get, .absent),
      .init(8, 9, .get, .found("a"))),
    Sample(
      wrong: "what was refused is not done", .init(1, 2, .create("a"), .refused),
      .init(3, 4, .get, .found("a"))),
    Sample(
      right: "what was refused changes nothing", .init(1, 2, .create("a"), .done),
      .init(3, 4, .delete, .refused), .init(5, 6, .rename("b"), .refused),
      .init(7, 8, .get, .found("a"))),
    Sample(
      wrong: "a look finds a name that nobody gave", .init(1, 2, .create("a"), .done),
      .init(3, 4, .get, .found("b"))),
    Sample(
      wrong: "an old name after the new one", .init(1, 2, .create("a"), .done),
      .init(3, 9, .rename("b"), .done), .init(4, 5, .get, .found("b")),
      .init(6, 7, .get, .found("a"))),
    Sample(
      wrong: "the old name after the answer", .init(1, 2, .create("a"), .done),
      .init(3, 4, .rename("b"), .done), .init(5, 6, .get, .found("a"))),
    Sample(
      right: "two names given at once come in some order", .init(1, 2, .create("a"), .done),
      .init(3, 9, .rename("b"), .done), .init(3, 9, .rename("c"), .done),
      .init(10, 11, .get, .found("b"))),
    Sample(
      wrong: "and stay in it", .init(1, 2, .create("a"), .done),
      .init(3, 9, .rename("b"), .done), .init(3, 9, .rename("c"), .done),
      .init(10, 11, .get, .found("b")), .init(12, 13, .get, .found("c"))),
    Sample(
      right: "the same name given back at once", .init(1, 2, .create("a"), .done),
      .init(3, 9, .rename("a"), .done), .init(3, 9, .rename("b"), .done),
      .init(10, 11, .get, .found("a"))),
    Sample(
      right: "what is being deleted may be seen for a while", .init(1, 2, .create("a"), .done),
      .init(3, 4, .delete, .done), .init(5, 6, .get, .found("a")), .init(7, 8, .delete, .done),
      .init(9, 10, .list, .found(nil)), .init(11, 12, .list, .absent)),
    Sample(
      wrong: "but does not come back", .init(1, 2, .create("a"), .done),
      .init(3, 4, .delete, .done), .init(5, 6, .get, .absent), .init(7, 8, .get, .found("a"))),
    Sample(
      wrong: "nor in a list", .init(1, 2, .create("a"), .done), .init(3, 4, .delete, .done),
      .init(5, 6, .delete, .absent), .init(7, 8, .list, .found(nil))),
    Sample(
      wrong: "nor is it made a second time", .init(1, 2, .create("a"), .done),
      .init(3, 4, .delete, .done), .init(5, 6, .get, .absent),
      .init(7, 8, .create("a"), .done)),
    Sample(
      right: "a delete without answer may be done late", .init(1, 2, .create("a"), .done),
      .init(3, nil, .delete, nil), .init(4, 5, .get, .found("a")), .init(60, 61, .get, .absent)),
    Sample(
      wrong: "a look is not answered by done", .init(1, 2, .create("a"), .done),
      .init(3, 4, .get, .done)),
    Sample(
      right: "what was made after the backup is lost", restores: [(3, 10, 10)],
      .init(4, 5, .create("a"), .done), .init(6, 7, .get, .found("a")),
      .init(11, 12, .get, .absent), .init(13, 14, .list, .absent)),
    Sample(
      right: "or kept", restores: [(3, 10, 10)], .init(4, 5, .create("a"), .done),
      .init(11, 12, .get, .found("a"))),
    Sample(
      wrong: "not both", restores: [(3, 10, 10)], .init(4, 5, .create("a"), .done),
      .init(11, 12, .get, .absent), .init(13, 14, .get, .found("a"))),
    Sample(
      wrong: "what was made before the backup is kept", restores: [(3, 10, 10)],
      .init(1, 2, .create("a"), .done), .init(11, 12, .get, .absent)),
    Sample(
      right: "what was deleted after the backup comes back", restores: [(3, 10, 10)],
      .init(1, 2, .create("a"), .done), .init(4, 5, .delete, .done), .init(6, 7, .get, .absent),
      .init(11, 12, .get, .found("a")), .init(13, 14, .delete, .done),
      .init(15, 16, .get, .absent)),
    Sample(
      wrong: "what was deleted before it does not", restores: [(6, 10, 10)],
      .init(1, 2, .create("a"), .done), .init(3, 4, .delete, .done), .init(4, 5, .get, .absent),
      .init(11, 12, .get, .found("a"))),
    Sample(
      wrong: "nor before the restore", restores: [(3, 10, 10)],
      .init(1, 2, .create("a"), .done), .init(4, 5, .delete, .done), .init(6, 7, .get, .absent),
      .init(8, 9, .get, .found("a"))),
    Sample(
      right: "a node tells that it was to delete it", restores: [(3, 10, 30)],
      .init(1, 2, .create("a"), .done), .init(4, 5, .delete, .done),
      .init(11, 12, .get, .found("a")), .init(13, 14, .rename("b"), .done),
      .init(29, 31, .get, .absent)),
    Sample(
      wrong: "but not later than it connects", restores: [(3, 10, 30)],
      .init(1, 2, .create("a"), .done), .init(4, 5, .rename("b"), .done),
      .init(31, 32, .get, .found("a")), .init(33, 34, .get, .found("b"))),
    Sample(
      right: "one backup is restored twice", restores: [(3, 10, 10), (3, 20, 20)],
      .init(4, 5, .create("a"), .done), .init(11, 12, .get, .absent),
      .init(21, 22, .get, .found("a"))),
  ]

  @Test(arguments: samples) func judges(sample: Sample) {
    let report = sample.history.check()
    #expect(report.undecided.isEmpty)
    #expect(report.violations.isEmpty == sample.isRight)
  }

  @Test func whatContradictsIsNamedAndNothingElse() {
    var asked = [Asked(1, 2, .create("a"), .done)]
    for time in stride(from: Int64(10), to: 400, by: 4) {
      asked.append(Asked(time, time + 3, .get, .found("a")))
      asked.append(Asked(time + 1, time + 2, .list, .found(nil)))
    }
    asked.append(Asked(403, 404, .rename("b"), .done))
    asked.append(Asked(405, 406, .rename("c"), .refused))
    asked.append(Asked(407, 420, .get, .found("b")))
    asked.append(Asked(408, 410, .get, .found("a")))
    asked.append(Asked(430, 440, .get, .absent))
    let report = ClientHistory(asked).check()
    #expect(
      report.violations.map(\.description) == [
        """
        web: these answers can't all be right, whatever order things were done in:
          0:06:43.000000 to 0:06:44.000000  tenant-1  rename to "b": done
          0:06:48.000000 to 0:06:50.000000  tenant-1  get: found "a"
        """
      ])
  }

  @Test func oneAnswerAloneCanBeWrong() {
    let report = ClientHistory([Asked(1, 2, .get, .found("a\n"))]).check()
    #expect(
      report.violations.map(\.description) == [
        """
        web: this answer can't be right, whatever order things were done in:
          0:00:01.000000 to 0:00:02.000000  tenant-1  get: found "a\\n"
        """
      ])
  }

  @Test func serversAreJudgedEachByItself() {
    var history = ClientHistory()
    for (key, isLost) in [("b", true), ("a", true), ("c", false)] {
      let create = history.ask("tenant-1", .create("x"), of: key, at: .seconds(1))
      history.answer(create, .done, at: .seconds(2))
      let get = history.ask("tenant-1", .get, of: key, at: .seconds(3))
      history.answer(get, isLost ? .absent : .found("x"), at: .seconds(4))
    }
    #expect(history.check().violations.map(\.key) == ["a", "b"])
  }

  @Test func withinOneMicrosecondTheOrderOfCallsCounts() {
    var history = ClientHistory()
    let create = history.ask("tenant-1", .create("x"), of: "a", at: .zero)
    history.answer(create, .done, at: .zero)
    let get = history.ask("tenant-1", .get, of: "a", at: .zero)
    history.answer(get, .absent, at: .zero)
    #expect(!history.check().violations.isEmpty)
  }

  @Test func onlyTheFirstAnswerCounts() {
    var history = ClientHistory()
    let get = history.ask("tenant-1", .get, of: "a", at: .zero)
    history.answer(get, .absent, at: .seconds(1))
    history.answer(get, .found("b"), at: .seconds(2))
    history.answer(7, .found("b"), at: .seconds(2))
    #expect(history.check().violations.isEmpty)
  }

  @Test func whatTheBudgetDoesNotDecideIsSaidToBeUndecided() {
    // Names given at once, which may have come in any order, and one that nobody gave.
    var asked = [Asked(1, 2, .create("a"), .done)]
    for number in 0..<14 { asked.append(Asked(3, 40, .rename("\(number)"), .done)) }
    asked.append(Asked(41, 42, .get, .found("nobody's")))
    let report = ClientHistory(asked).check(budget: 500)
    #expect(report.violations.isEmpty && report.undecided == ["web"])
  }

  @Test func longHistoriesOfManyWhoLookAreDecidedWithLittle() {
    var asked = [Asked(1, 2, .create("a"), .done)]
    for time in Int64(0)..<2000 {
      for _ in 0..<3 { asked.append(Asked(time * 4 + 10, time * 4 + 15, .get, .found("a"))) }
    }
    #expect(ClientHistory(asked).check(budget: 10).undecided.isEmpty)
  }
}
