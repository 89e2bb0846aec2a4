// SPDX-License-Identifier: Apache-2.0

/// Looks for an order of the operations on one server in which each took effect between request and
/// answer and every answer is right.
///
/// Sources: J. M. Wing and C. Gong, "Testing and Verifying Concurrent Objects", Journal of Parallel and
/// Distributed Computing 17, 1993, for the search; G. Lowe, "Testing for Linearizability", Concurrency
/// and Computation 29(4), 2017, for remembering what was tried.
struct Linearization {
  /// What came of the search.
  enum Verdict: Hashable, Sendable {
    /// There is such an order.
    case linearizable
    /// There is none.
    case impossible
    /// The budget ended before one was found or excluded.
    case undecided
  }

  private let history: KeyHistory

  /// What took effect so far, and what that made of the server.
  fileprivate struct Configuration: Hashable {
    /// Of what is required, all before this index has taken effect.
    var first = 0
    /// And of the rest these, rising.
    var beyond: [Int] = []
    /// Of what is optional these, rising.
    var taken: [Int] = []
    var state = ServerModel.absent
    /// For each restore what may become of the server by it.
    var memories: [Memory]
  }

  /// The states since a backup; none before it and once the restore is settled.
  fileprivate struct Memory: Hashable {
    var states: [ServerModel] = []
    /// Until it is restored.
    var isGrowing = false

    mutating func remember(_ state: ServerModel) {
      if isGrowing && !states.contains(state) { states.append(state) }
    }
  }

  /// - Parameter budget: how many configurations are looked at, at the most.
  static func verdict(on history: KeyHistory, budget: Int) -> Verdict {
    Linearization(history: history).search(budget: budget)
  }

  private func search(budget: Int) -> Verdict {
    var open = [
      Configuration(memories: Array(repeating: Memory(), count: history.restoreCount))
    ]
    var seen: Set<Configuration> = []
    while let next = open.popLast() {
      let next = settled(next)
      if next.first == history.required.count { return .linearizable }
      guard seen.insert(next).inserted else { continue }
      guard seen.count <= budget else { return .undecided }
      // What began first is looked at first: it is last on the stack.
      open += successors(of: next).reversed()
    }
    return .impossible
  }

  /// After all that may come next, only looks at the server, and is right now. To let it come at once
  /// excludes no order: the others need not wait for a look, and where a later look would have found
  /// a server gone that is being deleted, one that is being deleted allows for all that one gone does.
  private func settled(_ configuration: Configuration) -> Configuration {
    var configuration = configuration
    var isChanged = true
    while isChanged {
      isChanged = false
      for index in frontier(of: configuration).indices {
        guard case .operation(let request, let answer) = history.required[index].action,
          request.isLook || answer == .refused || answer == .absent,
          configuration.state.after(request, answer) == configuration.state
        else { continue }
        configuration.take(index)
        isChanged = true
      }
    }
    return configuration
  }

  private func successors(of configuration: Configuration) -> [Configuration] {
    let (indices, limit) = frontier(of: configuration)
    var successors: [Configuration] = []
    for index in indices {
      let action = history.required[index].action
      var next = outcomes(of: action, configuration)
      if next.isEmpty {
        next = helped(configuration, until: limit, steps: 2).flatMap { outcomes(of: action, $0) }
      }
      for var next in next {
        next.take(index)
        successors.append(next)
      }
    }
    return successors
  }

  /// After requests without an answer took effect, so that what could not come next may.
  ///
  /// Elsewhere none needs to: until something depends on it, it may as well come later. Two are the
  /// most that something depends on: one that makes the server and one that names it.
  private func helped(_ configuration: Configuration, until limit: KeyHistory.Moment, steps: Int)
    -> [Configuration]
  {
    var helped: [Configuration] = []
    var tried: [ClientRequest] = []
    for (index, item) in history.optional.enumerated() where item.began <= limit {
      // Equal ones are as good as each other.
      guard !configuration.taken.contains(index), !tried.contains(item.request),
        let state = configuration.state.after(item.request), state != configuration.state
      else { continue }
      tried.append(item.request)
      var next = configuration.with(state)
      next.taken.append(index)
      next.taken.sort()
      helped.append(next)
      if steps > 1 { helped += self.helped(next, until: limit, steps: steps - 1) }
    }
    return helped
  }

  /// What may come next: all that is left and began before anything that is left ended. And when that
  /// was.
  private func frontier(of configuration: Configuration) -> (
    indices: [Int], limit: KeyHistory.Moment
  ) {
    var limit = KeyHistory.Moment(time: .seconds(Int64.max / 2), order: .max)
    var indices: [Int] = []
    for index in configuration.first..<history.required.count {
      let item = history.required[index]
      if item.began > limit { break }
      if configuration.beyond.contains(index) { continue }
      indices.append(index)
      limit = min(limit, item.ended)
    }
    return (indices, limit)
  }

  /// What an action may lead to.
  private func outcomes(of action: KeyHistory.Action, _ configuration: Configuration)
    -> [Configuration]
  {
    var next = configuration
    switch action {
    case .operation(let request, let answer):
      return configuration.state.after(request, answer).map { [configuration.with($0)] } ?? []
    case .backup(let number):
      next.memories[number] = Memory(states: [configuration.state], isGrowing: true)
      return [next]
    case .restore(let number):
      // Without states the backup is still to come.
      next.memories[number].isGrowing = false
      return next.memories[number].states.map { next.with($0) }
    case .settle(let number):
      let memory = configuration.memories[number]
      // Not before the restore.
      guard !memory.isGrowing, !memory.states.isEmpty else { return [] }
      next.memories[number] = Memory()
      return [next] + memory.states.map { next.with($0) }
    }
  }
}

extension Linearization.Configuration {
  /// The same with another state, which is remembered where states are.
  fileprivate func with(_ state: ServerModel) -> Self {
    var next = self
    next.state = state
    for number in next.memories.indices { next.memories[number].remember(state) }
    return next
  }

  /// Has what is required under this index taken effect.
  fileprivate mutating func take(_ index: Int) {
    beyond.append(index)
    beyond.sort()
    while beyond.first == first {
      beyond.removeFirst()
      first += 1
    }
  }
}

extension ClientRequest {
  /// Whether it changes nothing.
  var isLook: Bool { self == .get || self == .list }
}
