// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import JSON
import Switch

/// What an agent asks of a host in another process: one line of JSON each way, on a connection of its
/// own. `events` is answered with lines until the connection ends.
enum HostCall: Sendable, Hashable {
  case domains
  case domain(InstanceID)
  case define(SimulatedHost.Definition)
  case start(InstanceID, paused: Bool)
  case shutdown(InstanceID)
  case destroy(InstanceID)
  case undefine(InstanceID)
  case ports
  case plug(PortSpec)
  case unplug(PortID)
  case events
  /// A guest changes by itself.
  case become(InstanceID, PowerState)
  /// Calls of an operation go otherwise from now on.
  case behave(String, Behaviour)

  /// Bytes of a line at most.
  static let lineLimit = 16 << 20

  var json: JSONValue {
    switch self {
    case .domains: ["call": "domains"]
    case .domain(let id): ["call": "domain", "id": id.json]
    case .define(let definition):
      [
        "call": "define", "id": definition.instance.json, "node": definition.node.json,
        "generation": definition.generation.json,
        "taps": .array(definition.taps.map { .string($0) }),
        "machine_type": definition.machineType.map { .string($0) } ?? .null,
      ]
    case .start(let id, let paused):
      ["call": "start", "id": id.json, "paused": .bool(paused)]
    case .shutdown(let id): ["call": "shutdown", "id": id.json]
    case .destroy(let id): ["call": "destroy", "id": id.json]
    case .undefine(let id): ["call": "undefine", "id": id.json]
    case .ports: ["call": "ports"]
    case .plug(let port):
      [
        "call": "plug", "id": port.id.json, "network": .string(port.physicalNetwork),
        "mtu": .integer(Int64(port.mtu)),
      ]
    case .unplug(let id): ["call": "unplug", "id": id.json]
    case .events: ["call": "events"]
    case .become(let id, let power):
      ["call": "become", "id": id.json, "power": .integer(Int64(power.rawValue))]
    case .behave(let operation, let behaviour):
      [
        "call": "behave", "operation": .string(operation),
        "latency_us": [
          .integer(behaviour.latency.lowerBound.microseconds),
          .integer(behaviour.latency.upperBound.microseconds),
        ], "failures": .integer(Int64(clamping: behaviour.failures)),
        "hangs": .integer(Int64(clamping: behaviour.hangs)),
        "lies": .integer(Int64(clamping: behaviour.lies)),
      ]
    }
  }

  /// Reads a line.
  ///
  /// - Throws: `badRequest` naming what is missing.
  init(_ line: JSONValue) throws(RoostError) {
    switch line["call"]?.text {
    case "domains": self = .domains
    case "domain": self = .domain(try line.id())
    case "define":
      self = .define(
        SimulatedHost.Definition(
          instance: try line.id(), generation: try line.generation(), node: try line.id("node"),
          taps: line["taps"]?.elements?.compactMap(\.text) ?? [],
          machineType: line["machine_type"]?.text))
    case "start": self = .start(try line.id(), paused: line["paused"]?.flag ?? false)
    case "shutdown": self = .shutdown(try line.id())
    case "destroy": self = .destroy(try line.id())
    case "undefine": self = .undefine(try line.id())
    case "ports": self = .ports
    case "plug":
      self = .plug(
        PortSpec(
          id: try line.id(), physicalNetwork: line["network"]?.text ?? "",
          mtu: UInt32(clamping: line["mtu"]?.int ?? 1500)))
    case "unplug": self = .unplug(try line.id())
    case "events": self = .events
    case "become": self = .become(try line.id(), try line.power())
    case "behave":
      let latency = line["latency_us"]?.elements?.compactMap(\.int) ?? []
      let (low, high) = (max(0, latency.first ?? 0), max(0, latency.last ?? 0))
      self = .behave(
        line["operation"]?.text ?? "",
        Behaviour(
          latency: .microseconds(min(low, high))...(.microseconds(high)),
          failures: UInt64(clamping: line["failures"]?.int ?? 0),
          hangs: UInt64(clamping: line["hangs"]?.int ?? 0),
          lies: UInt64(clamping: line["lies"]?.int ?? 0)))
    default:
      throw RoostError(.badRequest, "The host knows no call \"\(line["call"]?.text ?? "")\".")
    }
  }
}

extension JSONValue {
  func id<Tag>(_ key: String = "id") throws(RoostError) -> Identifier<Tag> {
    guard let id = self[key]?.text.flatMap({ Identifier<Tag>($0) }) else {
      throw RoostError(.badRequest, "\(key) is no UUID.", field: key)
    }
    return id
  }

  func generation() throws(RoostError) -> Generation {
    guard let parts = self["generation"]?.elements?.compactMap(\.int), parts.count == 2 else {
      throw RoostError(.badRequest, "generation is no pair of numbers.", field: "generation")
    }
    return Generation(epoch: UInt64(clamping: parts[0]), number: UInt64(clamping: parts[1]))
  }

  func power() throws(RoostError) -> PowerState {
    guard let number = self["power"]?.int,
      let power = PowerState(rawValue: UInt32(clamping: number))
    else { throw RoostError(.badRequest, "power is no power state.", field: "power") }
    return power
  }
}

extension Identifier {
  var json: JSONValue { .string(description) }
}

extension Generation {
  var json: JSONValue { [.integer(Int64(clamping: epoch)), .integer(Int64(clamping: number))] }
}
