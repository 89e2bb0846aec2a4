// SPDX-License-Identifier: Apache-2.0

extension Scheduler {
  /// Decides where a server would go. Takes nothing.
  public mutating func decide(_ request: PlacementRequest) -> Decision {
    countDecision()
    var search = Search(request: request, shape: upToDateShape(request.shape))
    narrow(&search)
    let ranked = search.only == nil ? rankAll(&search) : rankFew(&search)
    return Decision(
      node: ranked.places.first.flatMap { hosts[Int($0.slot)]?.id },
      explanation: explain(search, ranked))
  }

  /// One decision on its way.
  struct Search {
    let request: PlacementRequest
    /// Where its shape is in the cache.
    let shape: Int
    /// Stages that name hosts, with how many each removes: before the filters, and after capacity.
    var before: [Explanation.Stage] = []
    var after: [Explanation.Stage] = []
    /// The only hosts that come into question, in the order of their creation; nil for all.
    var only: [UInt32]?
    /// Hosts that don't, in order.
    var excluded: [UInt32] = []
    /// Members of the server's own group that count for a soft policy.
    var members: [GroupMembers.Place] = []
    var memberSign = 0.0
    /// For few hosts: how many each stage of the shape removes.
    var removed: [Int]?
    /// How hosts were weighed.
    var low = SIMD8<Double>.zero
    var high = SIMD8<Double>.zero
  }

  private mutating func upToDateShape(_ shape: RequestShape) -> Int {
    let index = shapes.index(of: shape) ?? shapes.add(ShapeState(shape, columns))
    shapes.states[index].lastUse = decisions
    shapes.states[index].update(classes)
    return index
  }

  // MARK: Hosts that are named

  /// First what keeps hosts, then what leaves them out: only those that are kept can be left out.
  private func narrow(_ search: inout Search) {
    let request = search.request
    if let name = request.hostName { keep(slots(named: name), "host is \(name)", &search) }
    if let nodes = request.onlyHosts {
      keep(nodes.compactMap(slot(of:)).sorted(), "is one of the hosts asked for", &search)
    }
    let places = request.group.map { groups.places(of: $0.id) } ?? []
    if request.group?.policy == .affinity, !places.isEmpty {
      keep(places.map(\.slot), "has the group's servers", &search)
    }
    if !request.excludedHosts.isEmpty {
      leaveOut(request.excludedHosts.compactMap(slot(of:)), "is not ruled out", &search)
    }
    guard let group = request.group else { return }
    switch group.policy {
    case .affinity: break
    case .antiAffinity:
      let full = places.filter { $0.members >= group.maximumPerHost }
      leaveOut(
        full.map(\.slot), "has less than \(group.maximumPerHost) of the group's servers", &search)
    case .softAffinity: (search.members, search.memberSign) = (places, 1)
    case .softAntiAffinity: (search.members, search.memberSign) = (places, -1)
    }
  }

  private func keep(_ slots: [UInt32], _ question: String, _ search: inout Search) {
    let remaining = search.only.map { only in only.filter { slots.contains($0) } } ?? slots
    let before = search.only?.count ?? count
    search.before.append(
      Explanation.Stage(
        name: question, removed: before - remaining.count, remaining: remaining.count, reasons: []))
    search.only = remaining
  }

  /// Hosts that don't pass otherwise are removed before; only the others count.
  private func leaveOut(_ slots: [UInt32], _ question: String, _ search: inout Search) {
    let fresh = slots.sorted().filter { slot in
      !search.excluded.contains(slot) && search.only?.contains(slot) ?? true
        && stage(of: slot, search) == nil
    }
    search.excluded = (search.excluded + fresh).sorted()
    search.after.append(
      Explanation.Stage(name: question, removed: fresh.count, remaining: 0, reasons: []))
  }

  /// The stage of the request's shape that removes a host; nil for one that is left.
  private func stage(of slot: UInt32, _ search: Search) -> Int? {
    shapes.states[search.shape].stage(kinds[Int(slot)], numbers[Int(slot)].room) {
      oddRoom(slot, $0)
    }
  }

  // MARK: Ranking

  /// Ranks a few hosts, each looked at.
  private func rankFew(_ search: inout Search) -> Ranking {
    var removed = Array(repeating: 0, count: shapes.states[search.shape].stages.count)
    var left: [(slot: UInt32, weights: SIMD8<Double>)] = []
    for slot in search.only ?? [] {
      if let stage = stage(of: slot, search) {
        removed[stage] += 1
      } else if !search.excluded.contains(slot) {
        left.append((slot, weights(slot, search)))
      }
    }
    search.removed = removed
    search.low = .init(repeating: .infinity)
    search.high = .init(repeating: -.infinity)
    for host in left {
      search.high = pointwiseMax(search.high, host.weights)
      search.low = pointwiseMin(search.low, host.weights)
    }
    var ranking = Ranking(size: configuration.rankedHosts)
    for host in left { ranking.add(host.slot, scale(host.slot, search).score(host.weights)) }
    return ranking
  }

  func weights(_ slot: UInt32, _ search: Search) -> SIMD8<Double> {
    var weights = numbers[Int(slot)].weights
    if let members = search.members.first(where: { $0.slot == slot })?.members {
      weights[Weigher.softGroup.rawValue] = search.memberSign * Double(members)
    }
    return weights
  }

  /// How a host is weighed beside the others that are left.
  func scale(_ slot: UInt32, _ search: Search) -> Scale {
    scale(classes.all[Int(kinds[Int(slot)])].multipliers, search)
  }

  private func scale(_ multipliers: SIMD8<Double>, _ search: Search) -> Scale {
    Scale(
      multipliers: multipliers, low: search.low.replacing(with: 0, where: Weigher.startAtZero),
      high: search.high)
  }

  private func rankAll(_ search: inout Search) -> Ranking {
    let isOdd = !shapes.states[search.shape].oddResources.isEmpty
    // Where few come into question the tree would be searched for long.
    if isOdd || shapes.states[search.shape].eligible(classes) <= Self.few {
      search.only =
        isOdd
        ? hosts.indices.filter { hosts[$0] != nil }.map { UInt32($0) }
        : shapes.states[search.shape].eligibleSlots(classes)
      let ranking = rankFew(&search)
      if !isOdd { search.removed = nil }
      search.only = nil
      return ranking
    }
    let members = search.members.filter {
      !search.excluded.contains($0.slot) && stage(of: $0.slot, search) == nil
    }
    findExtremes(&search, members)
    var ranking = Ranking(size: configuration.rankedHosts)
    for place in members {
      ranking.add(place.slot, scale(place.slot, search).score(weights(place.slot, search)))
    }
    let excluded = (search.excluded + members.map(\.slot)).sorted()
    for index in shapes.states[search.shape].groups.indices {
      var test = shapes.states[search.shape].groups[index].test
      test.excluded = excluded
      let multipliers = shapes.states[search.shape].groups[index].multipliers
      tree.rank(test, by: scale(multipliers, search), into: &ranking)
    }
    return ranking
  }

  /// So many hosts are looked at one by one.
  private static var few: Int { 64 }

  /// Finds the least and the greatest weight of the hosts that are left. 0 where all hosts are alike, or
  /// nobody weighs.
  private func findExtremes(_ search: inout Search, _ members: [GroupMembers.Place]) {
    var test = shapes.states[search.shape].test
    test.excluded = search.excluded
    let all = tree.boxes[Int(HostTree.root)]
    for weigher in Weigher.allCases where weigher != .softGroup {
      let column = weigher.rawValue
      guard classes.weighed[column], all.high[column] > all.low[column] || all.high[column] > 0
      else { continue }
      search.high[column] = tree.greatest(column, test)
      if !weigher.startsAtZero { search.low[column] = tree.least(column, test) }
    }
    guard !members.isEmpty else { return }
    var counts = members.map { search.memberSign * Double($0.members) }
    // Whoever is not a member has none of the group.
    let left = shapes.states[search.shape].survivors(classes) - search.excluded.count
    if left > members.count { counts.append(0) }
    search.low[Weigher.softGroup.rawValue] = counts.min() ?? 0
    search.high[Weigher.softGroup.rawValue] = counts.max() ?? 0
  }
}
