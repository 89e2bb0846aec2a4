// SPDX-License-Identifier: Apache-2.0

public import Base

/// What placement decided.
public struct Decision: Sendable, Hashable {
  /// The node to claim on; nil when none will do.
  public let node: NodeID?
  /// Why.
  public let explanation: Explanation
}

/// Takes the first host, in the given order, that passes every test. The caller passes hosts in
/// order of creation and commits the claim in the transaction that read them.
public func place(_ request: PlacementRequest, on hosts: [Host]) -> Decision {
  var explanation = Explanation()
  explanation.hosts = hosts.count
  var remaining = hosts
  for test in tests(for: request) {
    guard !remaining.isEmpty else { break }
    let passed = remaining.filter(test.passes)
    explanation.stages.append(
      .init(
        name: test.name, removed: remaining.count - passed.count, remaining: passed.count,
        reasons: reasons(of: test, among: remaining)))
    if passed.isEmpty, test.isCapacity {
      explanation.nearestMiss = nearestMiss(of: request.resources, among: remaining)
    }
    remaining = passed
  }
  explanation.chosen = remaining.first?.name
  return Decision(node: remaining.first?.id, explanation: explanation)
}

private struct HostTest {
  let name: String
  var isCapacity = false
  /// What a host itself says of why it does not pass.
  var reason: ((Host) -> String?)?
  let passes: (Host) -> Bool
}

private func reasons(of test: HostTest, among hosts: [Host]) -> [Explanation.Reason] {
  guard let reason = test.reason else { return [] }
  let removed = hosts.lazy.filter { !test.passes($0) }.prefix(Explanation.maximumReasons)
  return removed.compactMap { host in reason(host).map { .init(host: host.name, text: $0) } }
}

private func tests(for request: PlacementRequest) -> [HostTest] {
  var tests = [HostTest(name: "node is up") { $0.isUp }]
  tests.append(
    HostTest(name: "hypervisor answers", reason: \.hypervisorFailure) {
      $0.hypervisorFailure == nil
    })
  tests.append(
    HostTest(name: "node is enabled") { $0.isEnabled || PlantedBug.disabledTaken.isPlanted })
  if let name = request.hostName {
    tests.append(HostTest(name: "host is \(name)") { $0.name == name })
  }
  if let zone = request.availabilityZone {
    tests.append(
      HostTest(name: "availability zone is \(zone)") { $0.availabilityZone == zone })
  }
  for network in request.physicalNetworks {
    tests.append(
      HostTest(name: "has physical network \(network)") { $0.physicalNetworks.contains(network) })
  }
  tests.append(
    HostTest(name: "has room for \(described(request.resources))", isCapacity: true) {
      $0.fits(request.resources)
    })
  return tests
}

private func described(_ amounts: [ResourceAmount]) -> String {
  amounts.map { "\($0.resource.rawValue) \($0.amount)" }.joined(separator: ", ")
}

/// The host whose worst shortfall, as a share of what was wanted, is the least; the first of equals.
private func nearestMiss(of amounts: [ResourceAmount], among hosts: [Host])
  -> Explanation.NearestMiss?
{
  var best: (share: Double, miss: Explanation.NearestMiss)?
  for host in hosts {
    guard let worst = worstMiss(of: amounts, on: host) else { continue }
    if let known = best, known.share <= worst.share { continue }
    best = worst
  }
  return best?.miss
}

private func worstMiss(of amounts: [ResourceAmount], on host: Host)
  -> (share: Double, miss: Explanation.NearestMiss)?
{
  var worst: (share: Double, miss: Explanation.NearestMiss)?
  for wanted in amounts {
    let inventory = host.inventory(of: wanted.resource)
    let capacity = inventory?.capacity ?? 0
    let free = max(0, capacity - Double(inventory?.used ?? 0))
    let isRefusedUnit = inventory.map { !$0.allows(unit: wanted.amount) } ?? true
    let lacking = inventory?.shortfall(for: wanted.amount) ?? Double(wanted.amount)
    guard lacking > 0 || isRefusedUnit else { continue }
    let share = isRefusedUnit ? .infinity : lacking / Double(max(1, wanted.amount))
    if let known = worst, known.share >= share { continue }
    worst = (
      share,
      .init(
        host: host.name, resource: wanted.resource, wanted: wanted.amount, free: free,
        capacity: capacity)
    )
  }
  return worst
}
