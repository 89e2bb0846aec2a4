// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// A node as the operator's API writes it.
struct NodeAnswer {
  let json: JSONValue

  var id: String { json["id"]?.text ?? "" }
  var name: String { json["name"]?.text ?? "" }
  var state: String { json["state"]?.text ?? "" }
  /// Whether no certificate of it is good.
  var isRevoked: Bool { json["is_revoked"]?.flag ?? false }
  var isEnabled: Bool { json["enabled"]?.flag ?? false }
  var serverCount: String { json["server_count"]?.int.map(String.init) ?? "" }

  /// `enabled`, or all that keeps new servers away.
  var enabledText: String {
    var parts = [isEnabled ? "enabled" : "disabled"]
    if let reason = json["disabled_reason"]?.text { parts[0] += ": \(reason)" }
    if let failure = json["hypervisor_unavailable"]?.text {
      parts.append("its hypervisor does not answer: \(failure)")
    }
    if isRevoked { parts.append("its certificates are revoked") }
    return parts.joined(separator: "; ")
  }

  /// `used/capacity` of a resource class.
  func use(of resourceClass: String) -> String {
    let all = json["resources"]?.elements ?? []
    guard let found = all.first(where: { $0["resource_class"]?.text == resourceClass }) else {
      return "-"
    }
    return "\(NodeAnswer.number(found["used"]))/\(NodeAnswer.number(found["capacity"]))"
  }

  /// libvirt's version number in its usual form: 7002022 is 7.2.22.
  static func version(_ value: JSONValue?) -> String {
    guard let number = value?.int else { return "-" }
    return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
  }

  /// A JSON number without a fraction where there is none.
  static func number(_ value: JSONValue?) -> String {
    switch value {
    case .integer(let integer): "\(integer)"
    case .number(let number) where number == number.rounded() && abs(number) < 1e15:
      "\(Int64(number))"
    case .number(let number): "\(number)"
    default: "-"
    }
  }
}

extension OperatorClient {
  /// The id of a node by its id or its name.
  func nodeID(_ text: String) async throws(RoostError) -> String {
    let nodes = (try await get("/nodes"))["nodes"]?.elements ?? []
    let wanted = NodeID(text)?.description
    let found = nodes.map(NodeAnswer.init).filter { $0.id == wanted || $0.name == text }
    guard let node = found.first else {
      throw RoostError(
        .notFound, "There is no node \"\(text)\"; `roostctl node list` shows those there are.")
    }
    guard found.count == 1 else {
      throw RoostError(
        .conflict,
        "\(found.count) nodes are called \"\(text)\"; name one by its id: "
          + "\(found.map(\.id).joined(separator: ", ")).")
    }
    return node.id
  }
}
