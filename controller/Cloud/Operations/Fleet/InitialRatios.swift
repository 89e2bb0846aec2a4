// SPDX-License-Identifier: Apache-2.0

public import Placement

/// The allocation ratios that a node's inventories begin with. Those of a node that is known
/// already stay as they are.
public struct InitialRatios: Sendable, Hashable {
  /// Virtual CPUs for each of the node's.
  public var cpu: Double
  /// Guests' memory for each byte that isn't reserved.
  public var memory: Double
  /// Disk promised for each byte of the node's.
  public var disk: Double

  /// Nova's defaults, unless told otherwise.
  public init(
    cpu: Double = ResourceClass.vcpu.initialAllocationRatio,
    memory: Double = ResourceClass.memoryMB.initialAllocationRatio,
    disk: Double = ResourceClass.diskGB.initialAllocationRatio
  ) {
    self.cpu = cpu
    self.memory = memory
    self.disk = disk
  }
}
