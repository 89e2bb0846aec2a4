// SPDX-License-Identifier: Apache-2.0

/// What makes one host better than another. Names, meanings and default multipliers are those of Nova's
/// scheduler; the order is that in which scores are added up.
public enum Weigher: Int, Sendable, Hashable, CaseIterable {
  /// Memory that is not promised yet, in MiB.
  case ram
  /// Virtual CPUs that may still be promised.
  case cpu
  /// Local disk that is not promised yet, in MiB.
  case disk
  /// The hypervisor's version.
  case hypervisorVersion
  /// How many instances there are.
  case numInstances
  /// How many instances are being built, rebuilt, resized or moved there.
  case ioOps
  /// How many of the server's own group are there, for the group's soft policy.
  case softGroup
  /// How many builds failed there since the last that did not.
  case buildFailure

  /// The name in configuration and explanations, as `ram`.
  public var name: String {
    switch self {
    case .ram: "ram"
    case .cpu: "cpu"
    case .disk: "disk"
    case .hypervisorVersion: "hypervisor_version"
    case .numInstances: "num_instances"
    case .ioOps: "io_ops"
    case .softGroup: "soft_group"
    case .buildFailure: "build_failure"
    }
  }

  /// The metadata by which an aggregate overrides the multiplier of its hosts.
  public var multiplierKey: String { "\(name)_weight_multiplier" }

  /// Nova's default. A positive one takes the host that has most.
  public var defaultMultiplier: Double {
    switch self {
    case .ram, .cpu, .disk, .hypervisorVersion, .softGroup: 1
    case .numInstances: 0
    case .ioOps: -1
    case .buildFailure: -1_000_000
    }
  }

  /// Whether the scale begins at 0 rather than at the least weight, and weights below 0 count as 0.
  var startsAtZero: Bool {
    switch self {
    case .ram, .cpu, .disk, .ioOps: true
    case .hypervisorVersion, .numInstances, .softGroup, .buildFailure: false
    }
  }

  /// Where the scale begins at 0, by column.
  static let startAtZero: SIMDMask<SIMD8<Int64>> = {
    var mask = SIMDMask<SIMD8<Int64>>(repeating: false)
    for weigher in allCases { mask[weigher.rawValue] = weigher.startsAtZero }
    return mask
  }()
}
