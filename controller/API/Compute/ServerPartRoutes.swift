// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  /// A server's addresses, interfaces and console.
  var serverPartRoutes: [Route] {
    [
      Route("GET", "/v2.1/servers/{server}/ips") { (context) throws(RoostError) in
        let view = try await cloud.server(try context.serverID(), for: try context.caller())
        return .json { json in
          json.object("addresses") { writeAddresses(&$0, view.addresses, extended: false) }
        }
      },
      Route("GET", "/v2.1/servers/{server}/ips/{network}") { (context) throws(RoostError) in
        let view = try await cloud.server(try context.serverID(), for: try context.caller())
        let addresses = view.addresses.filter { $0.network == context.capture("network") }
        guard !addresses.isEmpty else {
          throw RoostError(.notFound, "Instance is not a member of specified network")
        }
        return .json { writeAddresses(&$0, addresses, extended: false) }
      },
      Route("GET", "/v2.1/servers/{server}/os-interface") { (context) throws(RoostError) in
        let ports = try await cloud.interfaces(
          of: try context.serverID(), for: try context.caller())
        return .json { json in
          json.array("interfaceAttachments") { json in
            for port in ports { json.object { Self.writeInterface(&$0, port, context) } }
          }
        }
      },
      Route("GET", "/v2.1/servers/{server}/os-interface/{port}") { (context) throws(RoostError) in
        let ports = try await cloud.interfaces(
          of: try context.serverID(), for: try context.caller())
        let id: PortID = try context.id("port", of: "Port")
        guard let port = ports.first(where: { $0.id == id }) else {
          throw RoostError(.notFound, "Port \(id) could not be found.")
        }
        return .json {
          $0.object("interfaceAttachment") { Self.writeInterface(&$0, port, context) }
        }
      },
      Route("POST", "/v2.1/servers/{server}/action") { (context) throws(RoostError) in
        try await act(context)
      },
    ]
  }

  private static func writeInterface(
    _ json: inout JSONWriter, _ port: Port, _ context: RequestContext
  ) {
    json.field("port_id", port.id)
    json.field("net_id", port.network)
    json.field("mac_addr", "\(port.macAddress)")
    json.field("port_state", port.status.rawValue)
    json.array("fixed_ips") { json in
      for fixed in port.addresses {
        json.object {
          $0.field("subnet_id", fixed.subnet)
          $0.field("ip_address", "\(fixed.address)")
        }
      }
    }
    if context.serves(70) { json.null("tag") }
  }

  private func act(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let id = try context.serverID()
    let entries = try context.json().entries(maxCount: 16)
    guard entries.count == 1, let (name, argument) = entries.first else {
      throw RoostError(.badRequest, "The body must name one action, and names \(entries.count).")
    }
    guard name == "os-getConsoleOutput" else {
      throw RoostError(
        .badRequest,
        "There is no such action: \(name.prefix(80)). Served is os-getConsoleOutput.",
        field: String(name.prefix(80)))
    }
    try argument.refuseUnknown(allowed: ["length"])
    // Lines from the end; −1 asks for all of them, as no number does.
    let length = try argument.optionalInteger("length", in: -1...Int64(Int32.max), lenient: true)
    let lines = length.flatMap { $0 < 0 ? nil : UInt32(clamping: $0) }
    let output = try await cloud.consoleOutput(of: id, lines: lines, for: try context.caller())
    return .json { $0.field("output", consoleText(output)) }
  }
}

/// A console's bytes as text without control characters other than tab and newline, as Nova gives it.
func consoleText(_ bytes: [UInt8]) -> String {
  String(decoding: bytes.filter { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A }, as: UTF8.self)
}
