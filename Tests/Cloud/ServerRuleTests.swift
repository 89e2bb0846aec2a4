// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON
import NodeProtocol
import Placement
import TestSupport
import Testing

@testable import Cloud

/// The pure rules of servers.
struct ServerRuleTests {
  @Test(arguments: [
    ("web", "web"), ("Web Server_1", "web-server-1"), ("a.example.org", "a.example.org"),
    ("-.x.-", "x"), ("ünïcode", "ncode"), ("日本", "server-"), ("", "server-"), ("--", "server-"),
    (String(repeating: "a", count: 80), String(repeating: "a", count: 63)),
    (String(repeating: "a", count: 62) + "-b", String(repeating: "a", count: 62)),
  ])
  func hostNamesAreWhatRFC1123Allows(name: String, expected: String) {
    let id: InstanceID = numbered(1)
    let made = hostName(from: name, id: id)
    #expect(made == (expected == "server-" ? "server-\(id)" : expected))
    #expect(made.utf8.count <= 63)
  }

  @Test func aFlavorTakesWholeUnits() {
    func taken(_ size: FlavorSize) -> [String] {
      needs(of: size).map { "\($0.resource.rawValue) \($0.amount)" }
    }
    #expect(
      taken(FlavorSize(vcpus: 2, memoryMB: 512, rootGB: 1, ephemeralGB: 2, swapMB: 1))
        == ["VCPU 2", "MEMORY_MB 512", "DISK_GB 4"])
    #expect(
      taken(FlavorSize(vcpus: 1, memoryMB: 64, rootGB: 0, ephemeralGB: 0, swapMB: 0))
        == ["VCPU 1", "MEMORY_MB 64"])
  }

  private func image(_ change: (inout CloudModel.Image) -> Void = { _ in }) -> CloudModel.Image {
    let time = Timestamp(microseconds: 0)
    var image = CloudModel.Image(
      id: numbered(1), owner: numbered(2), name: nil, status: .active, visibility: .public,
      isProtected: false, isHidden: false, diskFormat: "qcow2", containerFormat: "bare",
      minDiskGB: 0, minMemoryMB: 0,
      content: ImageContent(size: 10, virtualSize: 1 << 30, md5: "", sha256: "", sha512: ""),
      tags: [], properties: [], createdAt: time, updatedAt: time)
    change(&image)
    return image
  }

  private func flavor(memoryMB: Int64 = 512, rootGB: Int64 = 1) -> Flavor {
    Flavor(
      id: "f", name: "f", description: nil,
      size: FlavorSize(vcpus: 1, memoryMB: memoryMB, rootGB: rootGB, ephemeralGB: 0, swapMB: 0),
      rxtxFactor: 1, isPublic: true, extraSpecs: [], createdAt: Timestamp(microseconds: 0),
      updatedAt: nil)
  }

  @Test func flavorAndImageGoTogetherOrNot() throws {
    _ = try checkBootable(image(), with: flavor())
    // A root disk of 0 takes the image's own size.
    _ = try checkBootable(image { $0.minDiskGB = 9 }, with: flavor(rootGB: 0))
    for (image, field, text) in [
      (image { $0.status = .queued }, "server.imageRef", "queued"),
      (image { $0.content = nil }, "server.imageRef", "not active"),
      (image { $0.diskFormat = nil }, "server.imageRef", "disk format none"),
      (image { $0.minMemoryMB = 513 }, "server.flavorRef", "memory is too small"),
      (image { $0.content?.virtualSize += 1 }, "server.flavorRef", "disk is too small"),
      (image { $0.minDiskGB = 2 }, "server.flavorRef", "minimum size is 2 GB"),
    ] {
      let error = #expect(throws: RoostError.self) { try checkBootable(image, with: self.flavor()) }
      #expect(error?.kind == .badRequest && error?.field == field)
      #expect(error?.user.contains(text) == true, "\(error?.user ?? "")")
    }
  }

  @Test func aStateHasOneWord() {
    #expect(
      VMState.allCases.map { ServerStatus($0).rawValue } == [
        "BUILD", "ACTIVE", "PAUSED", "SUSPENDED", "SHUTOFF", "ERROR", "DELETED",
      ])
  }

  @Test func rightsFollowRoles() {
    #expect(TestCallers.admin.isAdmin && TestCallers.admin.mayWrite)
    #expect(!TestCallers.member.isAdmin && TestCallers.member.mayWrite)
    #expect(!TestCallers.reader.isAdmin && !TestCallers.reader.mayWrite)
    #expect(TestCallers.member.listed(allProjects: true) == TestCallers.member.project)
    #expect(TestCallers.admin.listed(allProjects: true) == nil)
    #expect(TestCallers.admin.listed(allProjects: false) == TestCallers.admin.project)
  }

  @Test func claimsComeBackFromTheirBytes() throws {
    let claims = TokenClaims(
      user: numbered(1), project: numbered(2), methods: [.password, .token],
      issuedAt: Timestamp(microseconds: 5), expiresAt: Timestamp(microseconds: -1),
      auditID: numbered(3), chainID: numbered(4))
    #expect(TokenClaims(decoding: claims.encoded) == claims)
    for count in 0..<claims.encoded.count {
      #expect(TokenClaims(decoding: Array(claims.encoded.prefix(count))) == nil)
    }
    #expect(TokenClaims(decoding: claims.encoded + [0]) == nil)
    var other = claims.encoded
    other[0] = 2
    #expect(TokenClaims(decoding: other) == nil)
  }
}
