// SPDX-License-Identifier: Apache-2.0

import Base
import Images
import Lanes
import Scratch
import Testing

@Suite final class InstanceDisksTests {
  let folder: TemporaryFolder
  let disk = SystemDisk()
  let sut: InstanceDisks
  let instance = InstanceID.random(from: SystemRandomness())

  init() throws {
    folder = try TemporaryFolder()
    sut = InstanceDisks(
      root: folder.path + "/instances", disk: disk,
      overlays: QEMUImageTool(disk: disk, clock: SystemClock()),
      surveyLane: InlineLane(), lane: { _ in InlineLane() })
  }

  func base(megabytes: Int) async throws -> CachedImage {
    let path = folder.path + "/base"
    try command("/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", path, "\(megabytes)M")
    let bytes = try #require(try disk.read(path, limit: 1 << 20))
    let cache = ImageCache(
      folder: folder.path + "/images", disk: disk, source: BytesSource(bytes),
      lane: InlineLane())
    try await cache.recover()
    return try await cache.fetch(try reference(bytes, format: "qcow2"))
  }

  @Test func makesAnOverlayOnTheBase() async throws {
    let base = try await base(megabytes: 20)
    try await sut.createDisk(instance, base: base, gigabytes: 1)
    try await sut.createDisk(instance, base: base, gigabytes: 1)
    let info = try command("/usr/bin/qemu-img", "info", sut.folder(of: instance).disk)
    #expect(info.contains("virtual size: 1 GiB"))
    #expect(info.contains("backing file: \(base.path)"))
    #expect(info.contains("backing file format: qcow2"))
    let seen = try await sut.observe(instance)
    #expect(seen == ObservedDisks(disk: true, configDrive: false, anything: true))
  }

  @Test func takesTheImagesSizeForZeroAndRefusesTooSmall() async throws {
    let small = try await base(megabytes: 20)
    try await sut.createDisk(instance, base: small, gigabytes: 0)
    let info = try command("/usr/bin/qemu-img", "info", sut.folder(of: instance).disk)
    #expect(info.contains("virtual size: 20 MiB"))
    let large = try await base(megabytes: 2048)
    await #expect {
      try await self.sut.createDisk(
        .random(from: SystemRandomness()), base: large, gigabytes: 1)
    } throws: {
      ($0 as? RoostError)?.kind == .badRequest
    }
  }

  @Test func removesTwiceAndSurveys() async throws {
    try await sut.recover()
    #expect(try await sut.survey().isEmpty)
    try await sut.createConfigDrive(
      instance, files: [ConfigDriveFile(path: "openstack/latest/meta_data.json", content: [0x7B])])
    #expect(try await sut.survey().map(\.path) == [sut.folder(of: instance).configDrive])
    try await sut.remove(instance)
    try await sut.remove(instance)
    #expect(try await sut.survey().isEmpty)
    #expect(!(try await sut.observe(instance).anything))
  }

  @Test func anEmptyFolderIsStillSomethingToRemove() async throws {
    let path = sut.folder(of: instance).path
    try disk.makeFolder(path, mode: 0o755)
    #expect(try await sut.observe(instance).anything)
    #expect(try await sut.survey().map(\.path) == [path])
    try await sut.remove(instance)
    #expect(try !disk.exists(path))
  }

  @Test func servesTheEndOfTheConsole() async throws {
    #expect(try await sut.consoleLog(instance, lines: 0, limit: 100).isEmpty)
    try disk.makeFolder(sut.folder(of: instance).path, mode: 0o755)
    let text = Array("one\ntwo\nthree\n".utf8)
    try disk.replace(sut.folder(of: instance).consoleLog, with: text, mode: 0o644)
    #expect(try await sut.consoleLog(instance, lines: 0, limit: 100) == text)
    #expect(try await sut.consoleLog(instance, lines: 0, limit: 6) == Array("three\n".utf8))
    #expect(try await sut.consoleLog(instance, lines: 2, limit: 100) == Array("two\nthree\n".utf8))
    #expect(try await sut.consoleLog(instance, lines: 9, limit: 100) == text)
  }
}
