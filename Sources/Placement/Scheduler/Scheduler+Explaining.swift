// SPDX-License-Identifier: Apache-2.0

extension Scheduler {
  /// The story of a decision.
  func explain(_ search: Search, _ ranking: Ranking) -> Explanation {
    var explanation = Explanation()
    explanation.hosts = count
    explanation.stages = stages(search)
    explanation.ranked = ranking.places.compactMap { place in
      hosts[Int(place.slot)].map { host in
        let terms = scale(place.slot, search).terms(weights(place.slot, search))
        return Explanation.Ranked(
          host: host.name, score: place.score,
          terms: Weigher.allCases.filter { terms[$0.rawValue] != 0 }.map {
            Explanation.Term(weigher: $0, score: terms[$0.rawValue])
          })
      }
    }
    if ranking.places.isEmpty { explanation.misses = misses(search) }
    return explanation
  }

  private func stages(_ search: Search) -> [Explanation.Stage] {
    var stages = search.before
    var remaining = stages.last?.remaining ?? count
    let removed = search.removed ?? shapes.states[search.shape].removed(classes)
    for (index, name) in shapes.states[search.shape].stages.enumerated() {
      guard remaining > 0 else { return stages }
      remaining -= removed[index]
      stages.append(
        Explanation.Stage(
          name: name, removed: removed[index], remaining: remaining,
          reasons: removed[index] > 0 ? reasons(at: index, search) : []))
    }
    for stage in search.after where remaining > 0 {
      remaining -= stage.removed
      stages.append(
        Explanation.Stage(
          name: stage.name, removed: stage.removed, remaining: remaining, reasons: []))
    }
    return stages
  }

  /// What the first hosts that a stage removes say of it themselves.
  private func reasons(at stage: Int, _ search: Search) -> [Explanation.Reason] {
    let filters = shapes.states[search.shape].filters
    guard stage < filters.count, filters[stage] is HypervisorAnswers else { return [] }
    let verdicts = shapes.states[search.shape].verdicts
    let slots =
      search.only
      ?? classes.members.indices.filter { verdicts[$0] == UInt8(stage) }
      .flatMap { classes.members[$0] }.sorted()
    return slots.lazy.filter { verdicts[Int(kinds[Int($0)])] == UInt8(stage) }
      .prefix(Explanation.maximumReasons).compactMap { slot in
        hosts[Int(slot)].flatMap { host in
          host.hypervisorFailure.map { Explanation.Reason(host: host.name, text: $0) }
        }
      }
  }

  /// For each resource the most that a host has left that passes all filters.
  private func misses(_ search: Search) -> [Explanation.Miss] {
    let verdicts = shapes.states[search.shape].verdicts
    let slots = (search.only ?? shapes.states[search.shape].eligibleSlots(classes)).filter {
      verdicts[Int(kinds[Int($0)])] == ShapeState.passed
    }
    return search.request.shape.resources.compactMap { wanted in
      var best: (slot: UInt32, room: Double)?
      let column = columns.column(of: wanted.resource)
      for slot in slots {
        let room = column.map { numbers[Int(slot)].room[$0] } ?? oddRoom(slot, wanted.resource)
        if room > best?.room ?? -.infinity { best = (slot, room) }
      }
      guard let best, let host = hosts[Int(best.slot)] else { return nil }
      return Explanation.Miss(
        host: host.name, resource: wanted.resource, wanted: wanted.amount,
        free: max(0, Int64(best.room)), hosts: slots.count)
    }
  }
}
