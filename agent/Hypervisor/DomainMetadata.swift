// SPDX-License-Identifier: Apache-2.0

import Base

/// What Roost writes into a domain to know it again.
struct DomainMetadata: Sendable, Hashable {
  /// The namespace of Roost's element; a new number would mean another meaning.
  static let namespace = "urn:roost:instance:1"

  var instance: InstanceID
  var node: NodeID
  var generation: Generation
  var role: DomainRole

  init(_ domain: DomainSpec) {
    instance = domain.instance
    node = domain.node
    generation = domain.generation
    role = .owner
  }

  var element: XMLElement {
    XMLElement(
      "roost:instance",
      [
        "xmlns:roost": Self.namespace, "id": "\(instance)", "node": "\(node)",
        "epoch": "\(generation.epoch)", "number": "\(generation.number)", "role": role.rawValue,
      ])
  }

  /// Reads it from a domain's description; nil when the domain isn't Roost's.
  init?(domain: XMLNode) {
    guard
      let found = domain.child("metadata")?.children.first(where: {
        $0.name == "instance" && $0.namespace == Self.namespace
      }),
      let instance = found["id"].flatMap({ InstanceID($0) }),
      let node = found["node"].flatMap({ NodeID($0) }),
      let epoch = found["epoch"].flatMap({ UInt64($0) }),
      let number = found["number"].flatMap({ UInt64($0) }),
      let role = found["role"].flatMap(DomainRole.init(rawValue:))
    else { return nil }
    self.instance = instance
    self.node = node
    self.generation = Generation(epoch: epoch, number: number)
    self.role = role
  }
}
