// SPDX-License-Identifier: Apache-2.0

extension FaultClasses {
  /// Which of them a run has. Half of the runs have them all; the others have few, which then come often
  /// and meet each other. Of many classes at once one keeps the next from doing what it could.
  ///
  /// - Parameter seed: chooses; the same one chooses the same.
  func mix(seed: UInt64) -> FaultClasses {
    let draws = Draws(seed: seed, purpose: "mix")
    guard ordered.count > Self.few.upperBound, draws.chance(1, of: 2) else { return self }
    let count = draws.number(Self.few)
    var left = ordered
    return FaultClasses((0..<count).map { _ in left.remove(at: draws.number(0...left.count - 1)) })
  }

  private static let few = 2...4
}

extension FaultPlan {
  /// This plan, and in some runs guests that often end by themselves: a guest's user does that, and no
  /// operator is there to keep it rare.
  func withGuests(
    seed: UInt64, nodes: Int, classes: FaultClasses, intensity: Double
  ) -> FaultPlan {
    let draws = Draws(seed: seed, purpose: "guests")
    guard classes.contains(.guest), classes.ordered.count > 1, draws.chance(1, of: 3) else {
      return self
    }
    let others = FaultPlan.random(
      seed: ~seed, nodes: nodes, length: end, classes: FaultClasses([.guest]),
      intensity: intensity * 4)
    return FaultPlan(faults + others.faults, end: end)
  }
}
