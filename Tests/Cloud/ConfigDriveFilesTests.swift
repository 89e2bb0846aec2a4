// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON
import NodeProtocol
import TestSupport
import Testing

@testable import Cloud

@Suite(.timeLimit(.minutes(10)))
struct ConfigDriveFilesTests {
  /// The files a node is told for a server with two interfaces, a key, metadata and user data.
  private func files() async throws -> [String: [UInt8]] {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    var subnet = SubnetDraft(network: things.network.id, cidr: try cidr("fd00::/64"))
    subnet.dnsServers = ["fd00::53"]
    subnet.hostRoutes = [
      HostRoute(destination: try cidr("fd01::/64"), nextHop: try address("fd00::9"))
    ]
    _ = try await cloud.cloud.createSubnet(subnet, for: TestCallers.admin)
    _ = try await cloud.cloud.importKeyPair(
      "laptop",
      publicKey:
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB1hZ3m0lpWcWYnVhBzqjFoLYFc6gAdQRDrRPKjSDUZf a",
      user: nil, for: TestCallers.member)
    var draft = things.draft("Web 1")
    draft.keyName = "laptop"
    draft.metadata = [Property("role", "web")]
    draft.userData = "I2Nsb3VkLWNvbmZpZwo="
    _ = try await cloud.create(draft)
    let spec = try #require(await node.told.next().spec)
    return Dictionary(uniqueKeysWithValues: spec.configDrive.files.map { ($0.path, $0.content) })
  }

  private func cidr(_ text: String) throws -> CIDR { try #require(CIDR(text)) }
  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  @Test func aGuestFindsWhatCloudInitAsksFor() async throws {
    let files = try await files()
    #expect(
      files.keys.sorted() == [
        "ec2/latest/meta-data.json", "ec2/latest/user-data", "openstack/latest/meta_data.json",
        "openstack/latest/network_data.json", "openstack/latest/user_data",
        "openstack/latest/vendor_data.json",
      ])
    let meta = try JSONValue(parsing: files["openstack/latest/meta_data.json"] ?? [])
    #expect(meta["name"] == "Web 1" && meta["hostname"] == "web-1")
    #expect(meta["availability_zone"] == "nova" && meta["launch_index"] == 0)
    #expect(meta["meta"] == ["role": "web"])
    #expect(meta["public_keys"]?["laptop"]?.text?.hasPrefix("ssh-ed25519 AAAA") == true)
    #expect(meta["keys"]?[0]?["name"] == "laptop")
    #expect(files["openstack/latest/user_data"] == Array("#cloud-config\n".utf8))
    let ec2 = try JSONValue(parsing: files["ec2/latest/meta-data.json"] ?? [])
    #expect(ec2["local-ipv4"] == "10.0.0.2" && ec2["hostname"] == "web-1")
  }

  @Test func theNetworkIsDescribedInOpenStacksFormat() async throws {
    let files = try await files()
    let data = try JSONValue(parsing: files["openstack/latest/network_data.json"] ?? [])
    let link = try #require(data["links"]?[0])
    #expect(data["links"]?.elements?.count == 1)
    #expect(link["id"]?.text?.hasPrefix("tap") == true && link["mtu"] == 1500)
    #expect(link["ethernet_mac_address"]?.text?.hasPrefix("fa:16:3e:") == true)
    let four = try #require(data["networks"]?[0])
    #expect(four["type"] == "ipv4" && four["ip_address"] == "10.0.0.2")
    #expect(four["netmask"] == "255.255.255.0" && four["link"] == link["id"])
    #expect(
      four["routes"] == [["network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.0.0.1"]])
    let six = try #require(data["networks"]?[1])
    #expect(six["type"] == "ipv6" && six["ip_address"] == "fd00::2")
    #expect(six["netmask"] == "ffff:ffff:ffff:ffff::")
    #expect(
      six["routes"] == [
        ["network": "::", "netmask": "::", "gateway": "fd00::1"],
        ["network": "fd01::", "netmask": "ffff:ffff:ffff:ffff::", "gateway": "fd00::9"],
      ])
    #expect(six["services"] == [["type": "dns", "address": "fd00::53"]])
    #expect(data["services"] == [["type": "dns", "address": "fd00::53"]])
  }
}
