// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Bottle

/// Histories by chance.
@Suite struct RandomHistoryTests {
  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func whatAWorkingServerTellsIsAccepted(givesUp: Bool, restores: Bool) {
    for seed in UInt64(0)..<250 {
      let server = WorkingServer(
        seed: seed, clients: 4, turns: 120, givesUp: givesUp, restores: restores)
      let report = server.history.check()
      #expect(report.violations.isEmpty && report.undecided.isEmpty, "seed \(seed)")
    }
  }

  @Test func aLostServerIsFound() {
    let found = mutated { history, _, time in
      history.say(.get, .absent, at: time)
    }
    #expect(found > 50)
  }

  @Test func anOldNameAfterANewOneIsFound() {
    let found = mutated { history, name, time in
      history.say(.rename("new"), .done, at: time)
      history.say(.get, .found("new"), at: time + .seconds(1))
      history.say(.get, .found(name), at: time + .seconds(2))
    }
    #expect(found > 50)
  }

  @Test func aServerThatComesBackIsFound() {
    let found = mutated { history, name, time in
      history.say(.delete, .done, at: time)
      history.say(.get, .found(name), at: time + .seconds(1))
      history.say(.list, .absent, at: time + .seconds(2))
      history.say(.get, .found(name), at: time + .seconds(3))
    }
    #expect(found > 50)
  }

  /// Has something wrong said of each server that is there at the end, and counts them.
  private func mutated(_ change: (inout ClientHistory, String, Duration) -> Void) -> Int {
    var found = 0
    for seed in UInt64(0)..<400 {
      let server = WorkingServer(seed: seed, clients: 3, turns: 60, givesUp: false)
      guard case .present(let name) = server.state else { continue }
      var history = server.history
      change(&history, name, .seconds(1000))
      let violations = history.check().violations
      #expect(violations.count == 1, "seed \(seed)")
      found += 1
    }
    return found
  }

  @Test(arguments: [false, true])
  func itJudgesAsWhoTriesEveryOrder(restores: Bool) {
    var verdicts = [false: 0, true: 0]
    for seed in UInt64(0)..<3000 {
      let draws = Draws(seed: seed, purpose: "one answer")
      let server = WorkingServer(
        seed: seed, clients: 3, turns: 18, givesUp: true, restores: restores)
      guard server.history.operations.count <= 6 else { continue }
      let history = server.history.withOneAnswerChanged(draws)
      let isAllowed = EveryOrder.allows(history)
      #expect(history.check().violations.isEmpty == isAllowed, "seed \(seed)")
      verdicts[isAllowed, default: 0] += 1
    }
    // Both come often enough.
    #expect(verdicts.values.allSatisfy { $0 > 100 }, "\(verdicts)")
  }

  @Test func whatIsNamedContradictsItselfAndNothingLessDoes() {
    for seed in UInt64(0)..<300 {
      let draws = Draws(seed: seed, purpose: "one answer")
      let server = WorkingServer(seed: seed, clients: 4, turns: 60, givesUp: true)
      let history = server.history.withOneAnswerChanged(draws)
      for violation in history.check().violations {
        let named = Set(violation.operations.map(\.askedOrder))
        #expect(!history.forgetting { !named.contains($0) }.check().violations.isEmpty)
        for one in named {
          #expect(
            history.forgetting { !named.contains($0) || $0 == one }.check().violations.isEmpty)
        }
      }
    }
  }
}

extension ClientHistory {
  /// A question and its answer, at once.
  fileprivate mutating func say(
    _ request: ClientRequest, _ answer: ClientAnswer, at time: Duration
  ) {
    let number = ask("tenant-9", request, of: "web", at: time)
    self.answer(number, answer, at: time)
  }

  /// The same with another answer to one of the questions that were answered.
  fileprivate func withOneAnswerChanged(_ draws: Draws) -> ClientHistory {
    let answered = operations.indices.filter { operations[$0].answer != nil }
    guard let place = draws.one(of: answered) else { return self }
    let answers: [ClientAnswer] = [
      .done, .absent, .refused, .found("a"), .found("b"), .found(nil),
    ]
    return replaying { operation, number in
      number == place ? draws.one(of: answers) : operation.answer
    }
  }

  /// The same without the answers to some questions, by the order in which they were asked.
  fileprivate func forgetting(_ isForgotten: (Int) -> Bool) -> ClientHistory {
    replaying { operation, _ in isForgotten(operation.askedOrder) ? nil : operation.answer }
  }

  /// The same questions in the same order, answered otherwise.
  private func replaying(_ answers: (ClientOperation, Int) -> ClientAnswer?) -> ClientHistory {
    var copy = ClientHistory()
    let happenings = operations.enumerated().flatMap { number, operation in
      [(operation.askedOrder, number, true)]
        + (operation.answeredOrder.map { [($0, number, false)] } ?? [])
    }
    for (_, number, isQuestion) in happenings.sorted(by: { $0.0 < $1.0 }) {
      let operation = operations[number]
      if isQuestion {
        _ = copy.ask(
          operation.client, operation.request, of: operation.key, at: operation.asked)
      } else if let time = operation.answered, let answer = answers(operation, number) {
        copy.answer(number, answer, at: time)
      }
    }
    for restore in restores {
      copy.restore(backup: restore.backup, at: restore.at, settled: restore.settled)
    }
    return copy
  }
}
