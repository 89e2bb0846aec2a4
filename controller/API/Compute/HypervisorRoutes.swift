// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  /// Nodes as Nova's hypervisors.
  ///
  /// Source: nova/api/openstack/compute/hypervisors.py.
  var hypervisorRoutes: [Route] {
    [
      Route("GET", "/v2.1/os-hypervisors", access: .admin) { (context) throws(RoostError) in
        try await hypervisors(context, path: "os-hypervisors", detailed: false)
      },
      Route("GET", "/v2.1/os-hypervisors/detail", access: .admin) {
        (context) throws(RoostError) in
        try await hypervisors(context, path: "os-hypervisors/detail", detailed: true)
      },
      Route(
        "GET", "/v2.1/os-hypervisors/statistics", access: .admin,
        versions: MicroversionRange.compute.oldest...Microversion(2, 87)
      ) { (context) throws(RoostError) in
        let nodes = try await cloud.nodes(for: try context.caller())
        return .json { $0.object("hypervisor_statistics") { Self.writeStatistics(&$0, nodes) } }
      },
      Route("GET", "/v2.1/os-hypervisors/{hypervisor}", access: .admin) {
        (context) throws(RoostError) in
        let node = try await hypervisor(context)
        let servers = try await serversIfWanted([node], context)
        return .json { json in
          json.object("hypervisor") {
            Self.writeHypervisor(&$0, node, servers, detailed: true, context)
          }
        }
      },
    ]
  }

  private func hypervisors(_ context: RequestContext, path: String, detailed: Bool)
    async throws(RoostError) -> HTTPResponse
  {
    var nodes = try await cloud.nodes(for: try context.caller())
    if context.serves(53), let wanted = context.query("hypervisor_hostname_pattern") {
      guard context.query("limit") == nil, context.query("marker") == nil else {
        throw RoostError(
          .badRequest,
          "hypervisor_hostname_pattern: cannot be given together with limit or marker.",
          field: "hypervisor_hostname_pattern")
      }
      nodes = nodes.filter { $0.node.hostName.contains(wanted) }
      guard !nodes.isEmpty else {
        throw RoostError(
          .notFound, "No hypervisor matching '\(wanted.prefix(255))' could be found.")
      }
      return try await answer(nodes, next: nil, detailed: detailed, context)
    }
    guard context.serves(33) else {
      return try await answer(nodes, next: nil, detailed: detailed, context)
    }
    let page = try Page(of: nodes, context, path: path) { Self.id($0.node, context) }
    return try await answer(page.elements, next: page, detailed: detailed, context)
  }

  private func answer(
    _ nodes: [NodeView], next: Page<NodeView>?, detailed: Bool, _ context: RequestContext
  ) async throws(RoostError) -> HTTPResponse {
    let servers = try await serversIfWanted(nodes, context)
    return .json { json in
      json.array("hypervisors") { json in
        for node in nodes {
          json.object { Self.writeHypervisor(&$0, node, servers, detailed: detailed, context) }
        }
      }
      next?.writeLinks(&json, "hypervisors_links")
    }
  }

  private func hypervisor(_ context: RequestContext) async throws(RoostError) -> NodeView {
    let text = context.capture("hypervisor")
    if context.serves(53), NodeID(text) == nil {
      throw RoostError(.badRequest, "Invalid uuid \(text.prefix(255))")
    }
    let nodes = try await cloud.nodes(for: try context.caller())
    let node = nodes.first {
      context.serves(53) ? $0.node.id == NodeID(text) : "\($0.node.number)" == text
    }
    guard let node else {
      throw RoostError(
        .notFound, "Hypervisor with ID '\(text.prefix(255))' could not be found.")
    }
    return node
  }

  private func serversIfWanted(_ nodes: [NodeView], _ context: RequestContext)
    async throws(RoostError) -> [NodeID: [Instance]]?
  {
    guard context.serves(53), try context.queryFlag("with_servers") == true else { return nil }
    var servers: [NodeID: [Instance]] = [:]
    for node in nodes {
      servers[node.node.id] = try await cloud.servers(
        on: node.node.id, for: try context.caller())
    }
    return servers
  }

  /// A node's id at the request's microversion.
  static func id(_ node: Node, _ context: RequestContext) -> String {
    context.serves(53) ? "\(node.id)" : "\(node.number)"
  }
}
