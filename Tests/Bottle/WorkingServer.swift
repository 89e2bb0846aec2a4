// SPDX-License-Identifier: Apache-2.0

import Base

@testable import Bottle

/// A server that works, and clients who ask of it by chance: what they are told can be true. Each request
/// takes effect at one moment between question and answer; one that nobody hears of at any later time or
/// never.
struct WorkingServer {
  private(set) var history = ClientHistory()
  private(set) var state = ServerModel.absent
  private let draws: Draws
  private let givesUp: Bool
  private var turn: Int64 = 0
  private var asking: [Asking] = []
  private var sinceBackup: [ServerModel] = []
  private var backup: Duration?

  private struct Asking {
    let client: Int
    let number: Int
    let request: ClientRequest
    var answer: ClientAnswer?
    var isGivenUp = false
  }

  /// - Parameters:
  ///   - givesUp: whether some requests are never answered.
  ///   - restores: whether a backup is made and restored.
  init(seed: UInt64, clients: Int, turns: Int, givesUp: Bool, restores: Bool = false) {
    draws = Draws(seed: seed, purpose: "working server")
    self.givesUp = givesUp
    for round in 0..<turns {
      turn += 1
      if restores && round == turns / 3 {
        backup = time
        sinceBackup = [state]
      } else if restores && round == turns * 2 / 3, let backup {
        history.restore(backup: backup, at: time)
        become(draws.one(of: sinceBackup) ?? state)
        sinceBackup = []
      } else {
        go(clients)
      }
    }
    while let next = asking.indices.first(where: { !asking[$0].isGivenUp }) {
      turn += 1
      if asking[next].answer == nil { takeEffect(next) } else { answer(next) }
    }
  }

  private var time: Duration { .seconds(turn) }

  private mutating func become(_ new: ServerModel) {
    state = new
    if !sinceBackup.isEmpty { sinceBackup.append(new) }
  }

  private mutating func go(_ clients: Int) {
    if case .deleting = state, draws.chance(1, of: 5) { return become(.gone) }
    let client = draws.number(0...clients - 1)
    guard let next = asking.firstIndex(where: { $0.client == client && !$0.isGivenUp }) else {
      return ask(client)
    }
    if let late = asking.indices.first(where: { asking[$0].isGivenUp }), draws.chance(1, of: 3) {
      takeEffect(late)
      asking.remove(at: late)
    } else if givesUp && draws.chance(1, of: 6) {
      asking[next].isGivenUp = true
      if asking[next].answer != nil { asking.remove(at: next) }
    } else if asking[next].answer == nil {
      takeEffect(next)
    } else {
      answer(next)
    }
  }

  private mutating func ask(_ client: Int) {
    let choices: [ClientRequest] = [
      .get, .get, .list, .create("a"), .rename("b"), .rename("c"), .rename("a"), .delete,
    ]
    let request = draws.one(of: choices) ?? .get
    let number = history.ask("tenant-\(client)", request, of: "web", at: time)
    asking.append(Asking(client: client, number: number, request: request))
  }

  private mutating func answer(_ place: Int) {
    let asked = asking.remove(at: place)
    if let answer = asked.answer { history.answer(asked.number, answer, at: time) }
  }

  private mutating func takeEffect(_ place: Int) {
    let request = asking[place].request
    var answer = ClientAnswer.done
    switch (request, state) {
    case (.create(let name), .absent): become(.present(name))
    case (.create, _): answer = .refused
    case (_, .absent), (_, .gone): answer = .absent
    case (.get, .present(let name)), (.get, .deleting(let name)): answer = .found(name)
    case (.list, _): answer = .found(nil)
    case (.rename(let name), .present): become(.present(name))
    case (.rename, .deleting): answer = .refused
    case (.delete, .present(let name)), (.delete, .deleting(let name)): become(.deleting(name))
    }
    asking[place].answer = answer
  }
}
