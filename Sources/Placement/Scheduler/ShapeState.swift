// SPDX-License-Identifier: Apache-2.0

/// What is known of the fleet for one shape of requests: which classes of hosts pass which filters, and how
/// many hosts have room.
struct ShapeState: Sendable {
  let shape: RequestShape
  /// The filters that ask something, in order.
  let filters: [any HostFilter]
  /// What each stage asks: the filters, then each resource.
  let stages: [String]
  /// What is asked by column; −∞ where nothing is.
  private(set) var needs = SIMD8<Double>(repeating: -.infinity)
  /// The same in the request's order, without classes that have no column.
  private let columnNeeds: [(column: Int, amount: Int32)]
  /// Classes that have no column, so that hosts must be asked one by one.
  let oddResources: [ResourceAmount]
  /// For each class the stage that removes it; `passed` for one that passes all filters.
  private(set) var verdicts: [UInt8] = []
  /// The classes that pass, by number, with how many of their changes are counted.
  private var passing: [(kind: Int, cursor: Int)] = []
  /// How many hosts that pass have room for the first, the first two and so on of the resources.
  private var haveRoom: [Int]
  /// The classes that pass, by the multipliers they have.
  private(set) var groups: [MultiplierGroup] = []
  /// All classes that pass.
  private(set) var test: HostTest
  /// When it was asked for last, by the count of decisions.
  var lastUse = 0

  static let passed = UInt8.max

  /// Classes whose hosts are weighed alike.
  struct MultiplierGroup: Sendable {
    let multipliers: SIMD8<Double>
    var test: HostTest
  }

  init(_ shape: RequestShape, _ columns: ClassColumns) {
    self.shape = shape
    filters = HostFilters.all.filter { $0.question(shape) != nil }
    columnNeeds = shape.resources.compactMap { wanted in
      columns.column(of: wanted.resource).map { ($0, Int32(clamping: wanted.amount)) }
    }
    oddResources = shape.resources.filter { columns.column(of: $0.resource) == nil }
    let counted = shape.resources.filter { columns.column(of: $0.resource) != nil }
    stages =
      filters.compactMap { $0.question(shape) }
      + counted.map { "has room for \($0.resource.rawValue) \($0.amount)" }
      + oddResources.map { "has room for \($0.resource.rawValue) \($0.amount)" }
    haveRoom = Array(repeating: 0, count: columnNeeds.count)
    for need in columnNeeds { needs[need.column] = Double(need.amount) }
    test = HostTest(needs: needs, kinds: [], kindBits: 0)
  }

  /// Judges classes that are new, and counts what has changed.
  mutating func update(_ classes: HostClasses) {
    while verdicts.count < classes.all.count { judge(classes.all[verdicts.count], verdicts.count) }
    for index in passing.indices {
      let (kind, cursor) = passing[index]
      guard cursor < classes.logs[kind].count else { continue }
      passing[index].cursor = classes.logs[kind].count
      if classes.logs[kind].remembers(from: cursor) {
        let differences = classes.logs[kind].differences(from: cursor, columnNeeds)
        for need in haveRoom.indices { haveRoom[need] += differences[need] }
      } else {
        recount(classes)
        return
      }
    }
  }

  private mutating func recount(_ classes: HostClasses) {
    haveRoom = Array(repeating: 0, count: columnNeeds.count)
    for index in passing.indices {
      let kind = passing[index].kind
      passing[index].cursor = classes.logs[kind].count
      let counts = classes.counts(kind, columnNeeds)
      for need in haveRoom.indices { haveRoom[need] += counts[need] }
    }
  }

  private mutating func judge(_ hostClass: HostClass, _ kind: Int) {
    let stage = filters.firstIndex { !$0.passes(hostClass, shape) }
    verdicts.append(stage.map { UInt8($0) } ?? Self.passed)
    test.add(kind, passes: stage == nil)
    for index in groups.indices {
      groups[index].test.add(
        kind, passes: stage == nil && groups[index].multipliers == hostClass.multipliers)
    }
    guard stage == nil else { return }
    passing.append((kind, -1))
    guard !groups.contains(where: { $0.multipliers == hostClass.multipliers }) else { return }
    var own = HostTest(needs: needs, kinds: [], kindBits: 0)
    for earlier in 0...kind { own.add(earlier, passes: earlier == kind) }
    groups.append(MultiplierGroup(multipliers: hostClass.multipliers, test: own))
  }

  /// How many hosts pass all filters.
  func eligible(_ classes: HostClasses) -> Int {
    passing.reduce(0) { $0 + classes.members[$1.kind].count }
  }

  /// The hosts that pass all filters, in the order of their creation.
  func eligibleSlots(_ classes: HostClasses) -> [UInt32] {
    passing.flatMap { classes.members[$0.kind] }.sorted()
  }

  /// How many hosts are left of those that pass all filters, classes without a column aside.
  func survivors(_ classes: HostClasses) -> Int { haveRoom.last ?? eligible(classes) }

  /// How many hosts each stage removes, those of classes without a column aside.
  func removed(_ classes: HostClasses) -> [Int] {
    var removed = Array(repeating: 0, count: stages.count)
    for kind in verdicts.indices where verdicts[kind] != Self.passed {
      removed[Int(verdicts[kind])] += classes.members[kind].count
    }
    var before = eligible(classes)
    for index in haveRoom.indices {
      removed[filters.count + index] = before - haveRoom[index]
      before = haveRoom[index]
    }
    return removed
  }

  /// The stage that removes a host; nil for one that is left.
  func stage(_ kind: UInt32, _ room: SIMD8<Double>, _ oddRoom: (ResourceClass) -> Double) -> Int? {
    let verdict = verdicts[Int(kind)]
    guard verdict == Self.passed else { return Int(verdict) }
    for index in columnNeeds.indices
    where room[columnNeeds[index].column] < Double(columnNeeds[index].amount) {
      return filters.count + index
    }
    return oddResources.firstIndex { oddRoom($0.resource) < Double($0.amount) }
      .map { filters.count + columnNeeds.count + $0 }
  }
}

extension HostTest {
  /// Says of the next class whether it passes.
  fileprivate mutating func add(_ kind: Int, passes: Bool) {
    kinds.append(passes)
    if passes { kindBits |= HostBox.kindBit(UInt32(kind)) }
  }
}
