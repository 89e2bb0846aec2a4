// SPDX-License-Identifier: Apache-2.0

import Base
public import NodeProtocol

/// Decides what becomes of a desired state that arrives. Pure.
public enum JournalRule {
  /// What to do with it.
  public enum Verdict: Sendable, Hashable {
    /// It is what is held already.
    case keep
    /// It replaces what is held.
    case replace(JournalEntry)
    /// It can't be taken, for a reason the controller may log.
    case refuse(String)
  }

  /// What the controller is told of a state that can't be taken.
  public static func refusal(
    of desired: Desired, held: JournalEntry?, _ reason: String
  ) -> Refusal {
    var refusal = Refusal()
    refusal.instanceID = desired.instanceID
    refusal.reason = reason
    if let held { refusal.held = held.generation }
    return refusal
  }

  /// Compares what arrives with what is held.
  public static func judge(_ desired: Desired, held: JournalEntry?) -> Verdict {
    let generation = desired.generation
    guard generation > Generation(epoch: 0, number: 0) else {
      return .refuse("The desired state has no generation.")
    }
    if let held {
      if generation < held.generation {
        return .refuse("Generation \(generation) is older than \(held.generation), which is held.")
      }
      if generation == held.generation { return .keep }
    }
    switch desired.target {
    case .running, .stopped:
      guard let spec = desired.spec else {
        return .refuse("The desired state has no specification.")
      }
      if held?.target == .absent {
        return .refuse("The instance was revoked; what is left of it is being removed.")
      }
      return .replace(
        JournalEntry(
          instance: desired.instanceID, generation: generation, target: desired.target, spec: spec,
          booted: held?.booted ?? false || desired.launched, power: held?.power ?? 0))
    case .absent:
      return .replace(
        JournalEntry(
          instance: desired.instanceID, generation: generation, target: .absent,
          spec: desired.spec.map { merged($0, held?.spec) } ?? held?.spec ?? InstanceSpec(),
          booted: held?.booted ?? false, power: held?.power ?? 0))
    default:
      return .refuse("The desired state has no target that this version knows.")
    }
  }

  /// A revocation must name every port that may have been plugged.
  private static func merged(_ new: InstanceSpec, _ held: InstanceSpec?) -> InstanceSpec {
    guard let held else { return new }
    var merged = new
    let named = Set(new.ports.map(\.id))
    merged.ports += held.ports.filter { !named.contains($0.id) }
    return merged
  }
}
