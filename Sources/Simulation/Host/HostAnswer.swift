// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import JSON
import Switch

/// How a host's answers are written as JSON and read again.
enum HostAnswer {
  static func json(_ error: RoostError) -> JSONValue {
    ["error": .string("\(error.kind)"), "text": .string(error.user)]
  }

  static func json(_ domain: ObservedDomain) -> JSONValue {
    [
      "id": domain.instance?.json ?? .null, "node": domain.node?.json ?? .null,
      "generation": domain.generation?.json ?? .null,
      "power": .integer(Int64(domain.powerState.rawValue)), "active": .bool(domain.active),
      "persistent": .bool(domain.persistent),
      "machine_type": domain.machineType.map { .string($0) } ?? .null,
      "taps": .array(domain.taps.map { .string($0) }),
    ]
  }

  static func json(_ tap: ObservedTap) -> JSONValue {
    [
      "id": tap.port.json, "name": .string(tap.name),
      "bridge": tap.bridge.map { .string($0) } ?? .null, "mtu": .integer(Int64(tap.mtu)),
      "up": .bool(tap.up),
    ]
  }

  static func json(_ event: HypervisorEvent) -> JSONValue {
    switch event {
    case .lifecycle(let id, let power, let detail):
      [
        "event": "lifecycle", "id": id.json, "power": .integer(Int64(power.rawValue)),
        "detail": .string(detail),
      ]
    case .connected: ["event": "connected"]
    case .disconnected(let reason): ["event": "disconnected", "reason": .string(reason)]
    }
  }

  /// What a line says, unless it is an error.
  static func value(_ line: JSONValue) throws(RoostError) -> JSONValue {
    guard let name = line["error"]?.text else { return line }
    let kinds: [RoostError.Kind] = [
      .notFound, .conflict, .badRequest, .deadlineExceeded, .unavailable, .cancelled,
    ]
    throw RoostError(
      kinds.first { "\($0)" == name } ?? .internal, line["text"]?.text ?? "The host refuses.")
  }

  static func domain(_ line: JSONValue) throws(RoostError) -> ObservedDomain {
    let id: InstanceID = try line.id()
    return ObservedDomain(
      instance: id, name: DomainSpec.domainName(of: id), uuid: id.uuid,
      powerState: try line.power(), active: line["active"]?.flag ?? false,
      persistent: line["persistent"]?.flag ?? false, generation: try line.generation(),
      node: try line.id("node"), role: .owner, machineType: line["machine_type"]?.text,
      taps: line["taps"]?.elements?.compactMap(\.text) ?? [])
  }

  static func tap(_ line: JSONValue) throws(RoostError) -> ObservedTap {
    ObservedTap(
      name: line["name"]?.text ?? "", port: try line.id(), bridge: line["bridge"]?.text,
      mtu: UInt32(clamping: line["mtu"]?.int ?? 0), up: line["up"]?.flag ?? false)
  }

  static func event(_ line: JSONValue) throws(RoostError) -> HypervisorEvent? {
    switch line["event"]?.text {
    case "lifecycle":
      .lifecycle(try line.id(), try line.power(), detail: line["detail"]?.text ?? "")
    case "connected": .connected
    case "disconnected": .disconnected(reason: line["reason"]?.text ?? "")
    default: nil
    }
  }
}
