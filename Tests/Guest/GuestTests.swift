// SPDX-License-Identifier: Apache-2.0

import Base
import Images
import Testing

/// The tiny guest on its own, without Roost's help.
@Suite(.timeLimit(.minutes(3))) struct GuestTests {
  @Test func takesWhatItIsToldFromTheConfigDriveAndObeysThePowerButton() async throws {
    let key = try SSHKey()
    let guest = try BootedGuest(configDrive: [
      "meta_data": metaData(publicKey: key.publicKey), "network_data": networkData,
    ])
    try await guest.console(shows: "my-first login: ")
    let console = try guest.consoleText
    #expect(console.contains("This is my-first"))
    #expect(console.contains("eth0: 10.9.0.15/24"))

    try guest.inside("/bin/busybox", "ping", "-c", "1", "-W", "10", "10.9.0.15")
    try guest.inside("/bin/busybox", "ping", "-c", "1", "-W", "10", "fd00:9::15")
    let told = try guest.shell(key, "hostname; ip route; cat /etc/resolv.conf")
    #expect(told.hasPrefix("my-first\n"))
    #expect(told.contains("default via 10.9.0.1 "))
    #expect(told.contains("192.168.0.0/20 via 10.9.0.2 "))
    #expect(told.contains("nameserver 9.9.9.9"))

    try guest.pressPowerButton()
    try await guest.hasEnded()
  }

  @Test func startsWithoutAConfigDriveToo() async throws {
    let guest = try BootedGuest(configDrive: [:])
    try await guest.console(shows: "guest login: ")
  }

  @Test func isSmallerThan64MB() throws {
    let size = try #require(try SystemDisk().size(of: tinyGuest()))
    #expect(size < 64_000_000)
  }

  private func metaData(publicKey: String) -> String {
    """
    {"uuid": "5f0b5b7e", "name": "My \\"first\\" \\u00e9", "hostname": "my-first.example.org",
     "launch_index": 0, "meta": {}, "public_keys": {"mine": "\(publicKey)"}}
    """
  }

  private var networkData: String {
    """
    {"links": [{"id": "tap1", "type": "bridge", "mtu": 1450,
       "ethernet_mac_address": "\(BootedGuest.macAddress)"}],
     "networks": [
       {"id": "network0", "type": "ipv4", "link": "tap1", "ip_address": "10.9.0.15",
        "netmask": "255.255.255.0", "services": [], "routes": [
          {"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.9.0.1"},
          {"network": "192.168.0.0", "netmask": "255.255.240.0", "gateway": "10.9.0.2"}]},
       {"id": "network1", "type": "ipv6", "link": "tap1", "ip_address": "fd00:9::15",
        "netmask": "ffff:ffff:ffff:ffff::", "routes": [
          {"network": "::", "netmask": "::", "gateway": "fd00:9::1"}]}],
     "services": [{"type": "dns", "address": "9.9.9.9"}]}
    """
  }
}
