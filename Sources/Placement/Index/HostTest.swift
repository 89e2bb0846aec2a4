// SPDX-License-Identifier: Apache-2.0

/// What a host must be like to be looked at in a search.
struct HostTest: Sendable {
  /// How much of each indexed class is asked for; −∞ where nothing is.
  var needs: SIMD8<Double>
  /// Whether hosts of a class pass, by the number of the class.
  var kinds: [Bool]
  /// The same by the last six bits: where a bit is not set no class with those passes.
  var kindBits: UInt64
  /// Hosts that don't pass whatever they are like, in order.
  var excluded: [UInt32] = []

  @inline(__always)
  func mayPass(_ box: HostBox) -> Bool {
    box.kinds & kindBits != 0 && all(box.room .>= needs)
  }

  func passes(_ entry: HostEntry) -> Bool {
    all(entry.vector.room .>= needs) && passes(kind: entry.kind, slot: entry.slot)
  }

  func passes(kind: UInt32, slot: UInt32) -> Bool {
    Int(kind) < kinds.count && kinds[Int(kind)] && (excluded.isEmpty || !excluded.contains(slot))
  }
}
