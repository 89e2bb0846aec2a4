// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import TestSupport
import Testing

struct AddressTests {
  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
  private func cidr(_ text: String) throws -> CIDR { try #require(CIDR(text)) }
  private func range(_ first: String, _ last: String) throws -> AddressRange {
    AddressRange(try address(first), try address(last))
  }

  @Test(arguments: [
    ("10.0.0.1", "10.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("::1", "::1"),
    ("FD00:0:0::00AB", "fd00::ab"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
  ])
  func addressesAreReadAndWritten(text: String, canonical: String) throws {
    #expect(try address(text).description == canonical)
  }

  @Test(arguments: [
    "", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1 ", "fe80::1%eth0", "1::2::3", "x",
    "10.0.0.1\0", String(repeating: "1", count: 100),
  ])
  func whatIsNoAddressIsRefused(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("10.0.0.77/24", "10.0.0.0/24", "10.0.0.1-10.0.0.254"),
    ("10.0.0.0/30", "10.0.0.0/30", "10.0.0.1-10.0.0.2"),
    ("10.0.0.0/31", "10.0.0.0/31", "10.0.0.0-10.0.0.1"),
    ("10.0.0.9/32", "10.0.0.9/32", "10.0.0.9-10.0.0.9"),
    ("10.0.0.1/0", "0.0.0.0/0", "0.0.0.1-255.255.255.254"),
    ("fd00::5/64", "fd00::/64", "fd00::1-fd00::ffff:ffff:ffff:ffff"),
    ("fd00::/127", "fd00::/127", "fd00::-fd00::1"),
    ("::/0", "::/0", "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
  ])
  func aBlockKnowsItsHosts(text: String, canonical: String, hosts: String) throws {
    let block = try cidr(text)
    #expect(block.description == canonical)
    #expect(block.hosts.description == hosts)
    #expect(block.contains(block.hosts))
  }

  @Test(arguments: [
    "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/", "10.0.0.0/8/8", "/8",
    "fd00::/129", "10.0.0.0/1000000000000",
  ])
  func whatIsNoBlockIsRefused(text: String) {
    #expect(CIDR(text) == nil)
  }

  @Test func blocksAndRangesOverlap() throws {
    #expect(try cidr("10.0.0.0/8").overlaps(cidr("10.1.0.0/16")))
    #expect(try cidr("10.1.0.0/16").overlaps(cidr("10.0.0.0/8")))
    #expect(try !cidr("10.0.0.0/16").overlaps(cidr("10.1.0.0/16")))
    #expect(try !cidr("0.0.0.0/0").overlaps(cidr("::/0")))
    #expect(try !cidr("10.0.0.0/24").contains(range("10.0.0.9", "10.0.1.9")))
    #expect(try range("10.0.0.9", "10.0.0.1") == range("10.0.0.1", "10.0.0.9"))
    #expect(try range("10.0.0.1", "10.0.0.5").overlaps(range("10.0.0.5", "10.0.0.9")))
    #expect(try !range("10.0.0.1", "10.0.0.4").overlaps(range("10.0.0.5", "10.0.0.9")))
  }

  @Test func aRangeIsCutByOneAddress() throws {
    let whole = try range("10.0.0.1", "10.0.0.3")
    #expect(
      whole.excluding(try address("10.0.0.2")).map(\.description)
        == ["10.0.0.1-10.0.0.1", "10.0.0.3-10.0.0.3"])
    #expect(whole.excluding(try address("10.0.0.1")).map(\.description) == ["10.0.0.2-10.0.0.3"])
    #expect(whole.excluding(try address("10.0.0.3")).map(\.description) == ["10.0.0.1-10.0.0.2"])
    #expect(whole.excluding(try address("10.0.0.4")) == [whole])
    let one = try range("10.0.0.1", "10.0.0.1")
    #expect(one.excluding(one.first) == [])
  }

  @Test func theLowestFreeAddressIsTaken() throws {
    let pools = [try range("10.0.0.2", "10.0.0.4"), try range("10.0.0.8", "10.0.0.8")]
    func free(_ taken: String...) throws -> String? {
      firstFree(in: pools, taken: try taken.map(address))?.description
    }
    #expect(try free() == "10.0.0.2")
    #expect(try free("10.0.0.3") == "10.0.0.2")
    #expect(try free("10.0.0.3", "10.0.0.2") == "10.0.0.4")
    #expect(try free("10.0.0.2", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.1") == "10.0.0.8")
    #expect(try free("10.0.0.8", "10.0.0.4", "10.0.0.3", "10.0.0.2") == nil)
    // At the very end of all addresses nothing overflows.
    let top = AddressRange(IPAddress(.v6, .max), IPAddress(.v6, .max))
    #expect(firstFree(in: [top], taken: [top.last]) == nil)
    #expect(firstFree(in: [], taken: []) == nil)
  }

  @Test(arguments: [
    ("FA-16-3E-00-00-01", "fa:16:3e:00:00:01"), ("fa:16:3e:0a:0B:0c", "fa:16:3e:0a:0b:0c"),
  ])
  func macAddressesAreReadAndWritten(text: String, canonical: String) {
    #expect(MACAddress(text)?.description == canonical)
  }

  @Test(arguments: [
    "", "00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "fa:16:3e:00:00",
    "fa:16:3e:00:00:01:02", "fa163e000001", "fa:16:3e:00:00:1", "fa:16:3e:00:00:+1",
    "fa:16:3e:00:00:0g",
  ])
  func whatIsNoPortsMACIsRefused(text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test func freshMACAddressesAreNeutrons() {
    let randomness = SeededRandomness()
    let made = (0..<100).map { _ in MACAddress.random(from: randomness).description }
    #expect(made.allSatisfy { $0.hasPrefix("fa:16:3e:") && MACAddress($0) != nil })
    #expect(Set(made).count == 100)
  }
}
