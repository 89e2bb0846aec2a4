// SPDX-License-Identifier: Apache-2.0

@testable import Bottle

/// An operation on the server `web`, with times in seconds.
struct Asked: Sendable {
  let asked: Int64
  let answered: Int64?
  let request: ClientRequest
  let answer: ClientAnswer?

  init(_ asked: Int64, _ answered: Int64?, _ request: ClientRequest, _ answer: ClientAnswer?) {
    self.asked = asked
    self.answered = answered
    self.request = request
    self.answer = answer
  }
}

extension ClientHistory {
  /// What one tenant asked and was told. Of one second, questions come before answers.
  init(_ operations: [Asked]) {
    self.init()
    let moments = operations.enumerated().flatMap { number, operation in
      [(operation.asked, 0, number)] + (operation.answered.map { [($0, 1, number)] } ?? [])
    }
    var numbers: [Int: Int] = [:]
    for (time, part, number) in moments.sorted(by: <) {
      if part == 0 {
        numbers[number] = ask(
          "tenant-1", operations[number].request, of: "web", at: .seconds(time))
      } else if let asked = numbers[number], let answer = operations[number].answer {
        self.answer(asked, answer, at: .seconds(time))
      }
    }
  }
}
