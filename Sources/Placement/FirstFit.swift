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
      explanation.misses = misses(of: request.shape.resources, among: remaining)
    }
    remaining = passed
  }
  explanation.ranked = remaining.prefix(1).map { .init(host: $0.name, score: 0, terms: []) }
  return Decision(node: remaining.first?.id, explanation: explanation)
}

private struct HostQuestion {
  let name: String
  var isCapacity = false
  /// What a host itself says of why it does not pass.
  var reason: ((Host) -> String?)?
  let passes: (Host) -> Bool
}

private func reasons(of test: HostQuestion, among hosts: [Host]) -> [Explanation.Reason] {
  guard let reason = test.reason else { return [] }
  let removed = hosts.lazy.filter { !test.passes($0) }.prefix(Explanation.maximumReasons)
  return removed.compactMap { host in reason(host).map { .init(host: host.name, text: $0) } }
}

private func tests(for request: PlacementRequest) -> [HostQuestion] {
  var tests = [HostQuestion(name: "node is up") { $0.isUp }]
  tests.append(
    HostQuestion(name: "hypervisor answers", reason: \.hypervisorFailure) {
      $0.hypervisorFailure == nil
    })
  tests.append(
    HostQuestion(name: "node is enabled") { $0.isEnabled || PlantedBug.disabledTaken.isPlanted })
  if let name = request.hostName {
    tests.append(HostQuestion(name: "host is \(name)") { $0.name == name })
  }
  if let zone = request.shape.availabilityZone {
    tests.append(
      HostQuestion(name: "availability zone is \(zone)") { $0.availabilityZone == zone })
  }
  for network in request.shape.physicalNetworks {
    tests.append(
      HostQuestion(name: "has physical network \(network)") {
        $0.physicalNetworks.contains(network)
      })
  }
  tests.append(
    HostQuestion(name: "has room for \(described(request.shape.resources))", isCapacity: true) {
      $0.fits(request.shape.resources)
    })
  return tests
}

private func described(_ amounts: [ResourceAmount]) -> String {
  amounts.map { "\($0.resource.rawValue) \($0.amount)" }.joined(separator: ", ")
}

/// For each resource the most that a host has left; the first of equals.
private func misses(of amounts: [ResourceAmount], among hosts: [Host]) -> [Explanation.Miss] {
  amounts.compactMap { wanted in
    var most: (host: Host, room: Double)?
    for host in hosts {
      let room = max(0, host.inventory(of: wanted.resource)?.room ?? 0)
      if room > most?.room ?? -1 { most = (host, room) }
    }
    return most.map { host, room in
      Explanation.Miss(
        host: host.name, resource: wanted.resource, wanted: wanted.amount, free: Int64(room),
        hosts: hosts.count)
    }
  }
}
