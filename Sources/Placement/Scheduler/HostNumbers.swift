// SPDX-License-Identifier: Apache-2.0

/// A host's inventories as columns of numbers, so that a claim is a few additions.
struct HostNumbers: Sendable {
  /// What is whole of each class's capacity; −∞ for a class that the host does not have.
  private var whole = SIMD8<Double>(repeating: -.infinity)
  /// What is claimed of each class.
  private var used = SIMD8<Double>.zero
  /// What the weighers of memory, CPU and disk count down from, before what is taken.
  private var weighed = SIMD8<Double>.zero
  /// What is reserved of each of them, in the class's unit.
  private var reserved = SIMD8<Double>.zero
  /// The weights that inventories don't decide.
  private var others = SIMD8<Double>.zero
  private(set) var instances: Double

  init(_ host: Host, _ columns: ClassColumns) {
    instances = Double(host.instances)
    others[Weigher.hypervisorVersion.rawValue] = Double(host.hypervisorVersion)
    others[Weigher.ioOps.rawValue] = Double(max(host.ioOperations, 0))
    others[Weigher.buildFailure.rawValue] = Double(host.failedBuilds)
    for inventory in host.inventories {
      guard let column = columns.column(of: inventory.resource) else { continue }
      whole[column] = inventory.whole
      used[column] = Double(inventory.used)
      guard let weigher = Self.weighers.firstIndex(of: column) else { continue }
      reserved[weigher] = Double(inventory.reserved)
      let total = Double(inventory.total)
      weighed[weigher] =
        weigher == Weigher.cpu.rawValue ? min(total * inventory.allocationRatio, 0x1p52) : total
    }
  }

  /// The class's column for each of the weighers of memory, CPU and disk.
  private static let weighers = [
    ClassColumns.memoryMB, ClassColumns.vcpu, ClassColumns.diskGB,
  ]

  mutating func use(_ amount: Double, _ column: Int) { used[column] += amount }

  mutating func addInstances(_ difference: Double) { instances += difference }

  func used(_ column: Int) -> Int64 { Int64(used[column]) }

  /// How much of each class may still be promised.
  var room: SIMD8<Double> { whole - used }

  /// What each weigher looks at.
  ///
  /// Source: `HostState` and the weighers in nova/scheduler. Memory and disk count as they are, CPUs by what
  /// may be promised; less than nothing counts as nothing.
  var weights: SIMD8<Double> {
    var weights = others
    for (weigher, column) in Self.weighers.enumerated() {
      weights[weigher] = max(weighed[weigher] - (reserved[weigher] + used[column]), 0)
    }
    weights[Weigher.disk.rawValue] *= 1024
    weights[Weigher.numInstances.rawValue] = instances
    return weights
  }

  var vector: HostVector { HostVector(room: room, weights: weights) }
}

extension Inventory {
  /// What is whole of the capacity. A sum of whole amounts fits a capacity if and only if it fits this. Far
  /// more than any amount is as good as any such.
  var whole: Double { min(max(capacity, 0).rounded(.down), 0x1p52) }

  /// How much may still be promised; less than 0 when more is promised than may be.
  var room: Double { whole - Double(used) }
}
