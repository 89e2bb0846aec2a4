// SPDX-License-Identifier: Apache-2.0

import Base
import Placement

/// Ranks by a look at every host, as Nova does: what decisions are compared with. For requests without groups
/// on hosts without aggregates.
struct FullScan {
  private let hosts: [Host]

  init(_ hosts: [Host]) { self.hosts = hosts }

  func best(for shape: RequestShape) -> NodeID? {
    let left = hosts.filter { host in
      (shape.availabilityZone ?? host.availabilityZone) == host.availabilityZone
        && shape.requiredTraits.allSatisfy(host.traits.contains) && host.fits(shape.resources)
    }
    var scores = Array(repeating: 0.0, count: left.count)
    add(left.map { free($0, .memoryMB) }, to: &scores)
    add(left.map { free($0, .vcpu) }, to: &scores)
    add(left.map { free($0, .diskGB) * 1024 }, to: &scores)
    var best: Int?
    for index in left.indices where best.map({ scores[index] > scores[$0] }) ?? true {
      best = index
    }
    return best.map { left[$0].id }
  }

  private func free(_ host: Host, _ resource: ResourceClass) -> Double {
    guard let has = host.inventory(of: resource) else { return 0 }
    let ratio = resource == .vcpu ? has.allocationRatio : 1
    return max(0, Double(has.total) * ratio - Double(has.reserved + has.used))
  }

  private func add(_ weights: [Double], to scores: inout [Double]) {
    guard let most = weights.max(), most > 0 else { return }
    for index in scores.indices { scores[index] += weights[index] / most }
  }
}
