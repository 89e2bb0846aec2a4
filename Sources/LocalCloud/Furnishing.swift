// SPDX-License-Identifier: Apache-2.0

public import Base
import JSON

/// What every server needs before it can be asked for: an image, a flavor, a network.
public struct Furnishing: Sendable {
  /// The image of a guest that greets on its serial console.
  public let image: String
  /// A flavor of one CPU and 64 MiB.
  public let flavor: String
  /// A flat network with a subnet.
  public let network: String
}

extension CloudClient {
  /// Waits for the API and the node, then makes image, flavor, network and subnet.
  ///
  /// - Parameter paused: the flavor's guests stop at their first instruction.
  public func furnish(paused: Bool = false) async throws(RoostError) -> Furnishing {
    try await waitForNode()
    let image = try await upload(GreeterImage.bytes)
    let flavor: JSONValue = ["id": "1", "name": "tiny", "vcpus": 1, "ram": 64, "disk": 1]
    try await get("POST", "/compute/v2.1/flavors", ["flavor": flavor])
    if paused {
      try await get(
        "POST", "/compute/v2.1/flavors/1/os-extra_specs",
        ["extra_specs": ["roost:start_paused": "true"]])
    }
    let network =
      try await get(
        "POST", "/network/v2.0/networks",
        [
          "network": [
            "name": "flat", "provider:network_type": "flat",
            "provider:physical_network": "physnet0",
          ]
        ])["network"]?["id"]?.text ?? ""
    let subnet: JSONValue = [
      "network_id": .string(network), "ip_version": 4, "cidr": "10.77.0.0/16",
    ]
    try await get("POST", "/network/v2.0/subnets", ["subnet": subnet])
    return Furnishing(image: image, flavor: "1", network: network)
  }

  /// The same, with an image that no node has yet.
  public func withFreshImage(_ furnishing: Furnishing) async throws(RoostError) -> Furnishing {
    let image = try await upload(GreeterImage.bytes + SystemRandomness().bytes(512))
    return Furnishing(image: image, flavor: furnishing.flavor, network: furnishing.network)
  }

  private func upload(_ bytes: [UInt8]) async throws(RoostError) -> String {
    let image =
      try await get(
        "POST", "/image/v2/images",
        ["name": "greeter", "disk_format": "raw", "container_format": "bare"])["id"]?.text ?? ""
    let answer = try await call(
      "PUT", "/image/v2/images/\(image)/file", bytes: bytes, type: "application/octet-stream")
    guard answer.status == 204 else {
      throw RoostError(.internal, "The upload failed: \(answer.status) \(answer.text)")
    }
    return image
  }

  /// Waits until the API answers and the node is up with a hypervisor that answers, or not.
  public func waitForNode(isUp: Bool = true) async throws(RoostError) {
    _ = try await wait(for: isUp ? "a node that is up" : "the node to be missed") {
      () async throws(RoostError) -> Bool? in
      let nodes = try await self.get("GET", "/operator/v1/nodes")["nodes"]?.elements ?? []
      let works = nodes.contains {
        $0["state"]?.text == "up" && $0["hypervisor_unavailable"]?.text == nil
      }
      return works == isUp ? true : nil
    }
  }

  /// Asks for a server.
  ///
  /// - Returns: its id.
  public func createServer(
    _ name: String, _ furnishing: Furnishing
  ) async throws(RoostError) -> String {
    let server: JSONValue = [
      "name": .string(name), "imageRef": .string(furnishing.image),
      "flavorRef": .string(furnishing.flavor),
      "networks": [["uuid": .string(furnishing.network)]],
    ]
    let answer = try await get("POST", "/compute/v2.1/servers", ["server": server])
    return answer["server"]?["id"]?.text ?? ""
  }

  /// A server's status word, or nil if there is none.
  public func status(of server: String) async throws(RoostError) -> String? {
    let answer = try await call("GET", "/compute/v2.1/servers/\(server)")
    switch answer.status {
    case 200: return answer.json["server"]?["status"]?.text
    case 404: return nil
    default: throw RoostError(.internal, "GET server: \(answer.status) \(answer.text)")
    }
  }

  /// Waits until a server has left BUILD.
  ///
  /// - Returns: the status it has then, as `ACTIVE`.
  /// - Throws: `internal` with the fault of a server in ERROR.
  public func waitUntilBuilt(
    _ server: String, atMost patience: Duration = .seconds(60),
    every pause: Duration = .milliseconds(50)
  ) async throws(RoostError) -> String {
    let status = try await wait(
      for: "server \(server) to be built", atMost: patience, every: pause
    ) { () async throws(RoostError) -> String? in
      guard let status = try await self.status(of: server) else {
        throw RoostError(.notFound, "Server \(server) is gone.")
      }
      return status == "BUILD" ? nil : status
    }
    guard status == "ERROR" else { return status }
    let shown = try await get("GET", "/compute/v2.1/servers/\(server)")
    let fault = shown["server"]?["fault"]?["message"]?.text ?? "no fault is shown"
    throw RoostError(.internal, "Server \(server) is in ERROR: \(fault)")
  }

  /// Deletes a server and waits until it is gone.
  public func deleteServer(_ server: String) async throws(RoostError) {
    try await get("DELETE", "/compute/v2.1/servers/\(server)")
    try await waitUntilGone(server)
  }

  /// Deletes every server.
  public func deleteServers() async throws(RoostError) {
    let servers = try await get("GET", "/compute/v2.1/servers")["servers"]?.elements ?? []
    for server in servers.compactMap({ $0["id"]?.text }) { try await deleteServer(server) }
  }

  /// Waits until a server is gone.
  public func waitUntilGone(
    _ server: String, atMost patience: Duration = .seconds(60)
  ) async throws(RoostError) {
    _ = try await wait(for: "server \(server) to go", atMost: patience) {
      () async throws(RoostError) -> Bool? in
      try await self.status(of: server) == nil ? true : nil
    }
  }
}
