// SPDX-License-Identifier: Apache-2.0

import Base
import Doctor
import Glibc
import Scratch
import Testing

struct HostCheckTests {
  private let folder: TemporaryFolder
  private let disk = SystemDisk()

  init() throws { folder = try TemporaryFolder() }

  @Test func spaceIsJudgedByWhatIsLeft() {
    let check = SpaceCheck(name: "space", folder: "/x")
    #expect(check.judge(total: 100 << 30, free: 50 << 30).verdict == .ok)
    #expect(check.judge(total: 100 << 30, free: 9 << 30).verdict == .warn)
    #expect(check.judge(total: 1 << 30, free: 200 << 20).verdict == .fail)
    #expect(check.run(disk).verdict == .fail, "there is no /x")
  }

  @Test func aFlushIsMeasuredAndLeavesNothing() throws {
    let check = FlushCheck(name: "flush", folder: folder.path)
    #expect(check.run(disk, clock: SystemClock()).verdict != .fail)
    #expect(try disk.list(folder.path) == [])
    #expect(
      FlushCheck(name: "flush", folder: folder.file("none"))
        .run(disk, clock: SystemClock()).verdict == .fail)
    #expect(check.judge(median: .milliseconds(2)).verdict == .ok)
    #expect(check.judge(median: .milliseconds(80)).verdict == .warn)
    let quick = check.judge(median: .microseconds(3))
    #expect(quick.verdict == .warn && quick.advice?.contains("only a hint") == true)
  }

  @Test func theKernelSaysWhetherTheClockIsKept() {
    #expect(ClockCheck().judge(isSynchronised: 1).verdict == .ok)
    #expect(ClockCheck().judge(isSynchronised: 0).verdict == .warn)
    #expect(ClockCheck().judge(isSynchronised: -1).verdict == .warn)
    #expect(ClockCheck().run().verdict != .fail)
  }

  @Test func aFolderIsForItsOwner() {
    let check = FolderCheck(name: "state folder", folder: folder.path, forbidden: 0o077)
    #expect(check.run().verdict == .ok)
    chmod(folder.path, 0o755)
    #expect(check.run().verdict == .warn)
    #expect(check.run().advice == "chmod 0700 \(folder.path)")
    #expect(
      FolderCheck(name: "f", folder: folder.file("none"), forbidden: 0).run().verdict == .fail)
  }

  @Test func aPortIsFreeOrItsHolderIsNamed() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0
      }
    }
    try #require(bound)
    let port = UInt16(bigEndian: address.sin_port)
    let check = PortCheck(name: "port", address: "127.0.0.1:\(port)", program: "roost-controller")
    #expect(check.run(disk).verdict == .ok, "bound, but nobody listens")
    let reach = ReachCheck(name: "controller", address: check.address)
    #expect(reach.run().verdict == .warn)
    try #require(listen(listener, 1) == 0)
    #expect(reach.run().verdict == .ok)
    #expect(ReachCheck(name: "controller", address: "host.invalid:1").run().verdict == .warn)
    let taken = check.run(disk)
    #expect(taken.verdict == .fail)
    #expect(taken.found.contains("listens on port \(port)"))
  }

  @Test func theProgramItselfMayHaveThePort() {
    let check = PortCheck(name: "port", address: "[::]:8770", program: "roost-controller")
    #expect(check.judge(8770, holders: ["roost-controlle"]).verdict == .ok)
    #expect(check.judge(8770, holders: []).verdict == .ok)
    #expect(check.judge(8770, holders: ["nginx"]).verdict == .fail)
    #expect(check.judge(8770, holders: [nil]).verdict == .warn)
    let none = PortCheck(name: "port", address: "host", program: "x")
    #expect(none.run(disk).verdict == .fail)
  }
}
