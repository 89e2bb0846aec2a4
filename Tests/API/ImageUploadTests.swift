// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Crypto
import Database
import HTTPServer
import JSON
import Log
import Scratch
import Store
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ImageUploadTests {
  private let cloud: TestCloud
  private let api: TestAPI

  init() throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
  }

  /// A record that waits for its bytes.
  private func image(_ format: String = "raw") async throws -> String {
    let answer = await api.send(
      "POST", "/image/v2/images",
      ["name": "i", "disk_format": .string(format), "container_format": "bare"])
    #expect(answer.status == 201)
    return try #require(answer.json["id"]?.text)
  }

  private func upload(
    _ id: String, _ pieces: [[UInt8]], announced: Int? = nil, breaksOff: Bool = false
  ) async -> TestAnswer {
    var headers = [(name: "Content-Type", value: "application/octet-stream")]
    if let announced { headers.append(("Content-Length", "\(announced)")) }
    return await api.send(
      "PUT", "/image/v2/images/\(id)/file", headers: headers, pieces: pieces, breaksOff: breaksOff)
  }

  private func status(_ id: String) async -> String? {
    await api.send("GET", "/image/v2/images/\(id)").json["status"]?.text
  }

  /// The image waits for bytes as before, and nothing of what came is left.
  private func expectUntouched(_ id: String, _ place: SourceLocation = #_sourceLocation)
    async throws
  {
    #expect(await status(id) == "queued", sourceLocation: place)
    let files = try SystemDisk().list(cloud.folder.file("images"))
    #expect(files == [], sourceLocation: place)
  }

  /// The start of a qcow2 file as qemu-img writes it, with a change.
  private func qcow2(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
    bytes[23] = 16
    bytes[28] = 0x40
    bytes[103] = 104
    change(&bytes)
    return bytes
  }

  @Test func bytesAreHashedCountedAndGivenBack() async throws {
    let id = try await image()
    let pieces = [Array("one ".utf8), [], Array("two".utf8)]
    #expect(await upload(id, pieces, announced: 7).status == 204)
    let shown = await api.send("GET", "/image/v2/images/\(id)").json
    #expect(shown["status"] == "active")
    #expect(shown["size"] == 7 && shown["virtual_size"] == 7)
    #expect(shown["checksum"]?.text == (try Digest.hex(.md5, Array("one two".utf8))))
    #expect(shown["os_hash_algo"] == "sha512")
    #expect(shown["os_hash_value"]?.text == (try Digest.hex(.sha512, Array("one two".utf8))))

    let file = await api.send("GET", "/image/v2/images/\(id)/file")
    #expect(file.status == 200)
    #expect(file.header("Content-MD5") == shown["checksum"]?.text)
    guard case .file(let path, let size) = file.body else {
      Issue.record("no file is sent")
      return
    }
    #expect(size == 7)
    #expect(try SystemDisk().read(path, limit: 100) == Array("one two".utf8))
    #expect(path == cloud.folder.file("images/\(id)"))
  }

  @Test func anImageWithoutBytesGivesNone() async throws {
    #expect(await api.send("GET", "/image/v2/images/\(try await image())/file").status == 204)
  }

  @Test func moreThanTheLimitIsRefusedWhileItArrives() async throws {
    let id = try await image()
    let piece = [UInt8](repeating: 1, count: 600 << 10)
    let answer = await upload(id, [piece, piece])
    #expect(answer.status == 413)
    #expect(answer.text.contains("1048576 bytes, the limit image_size_max"))
    try await expectUntouched(id)
    // Announced, it is refused before a byte is read.
    #expect(await upload(id, [[1]], announced: (1 << 20) + 1).status == 413)
    try await expectUntouched(id)
    #expect(await upload(id, [[UInt8](repeating: 1, count: 1 << 20)]).status == 204)
    #expect(await status(id) == "active")
  }

  @Test func anUploadThatBreaksOffBeginsAnew() async throws {
    let id = try await image()
    #expect(await upload(id, [[1, 2, 3]], breaksOff: true).status == 499)
    try await expectUntouched(id)
    #expect(await upload(id, [[1, 2, 3]]).status == 204)
    #expect(await status(id) == "active")
  }

  @Test func bytesAreTakenOnce() async throws {
    let id = try await image()
    #expect(await upload(id, [[1]]).status == 204)
    #expect(await upload(id, [[2]]).status == 409)
    #expect(try SystemDisk().read(cloud.folder.file("images/\(id)"), limit: 9) == [1])
  }

  @Test func twoUploadsAtOnceDoNotMix() async throws {
    let id = try await image()
    let image = try #require(ImageID(id))
    let second = Mailbox<RoostError?>()
    let isFirst = Mutex(true)
    try await cloud.images.upload(image, announced: nil, TestCallers.admin) {
      () async throws(RoostError) -> [UInt8]? in
      guard
        isFirst.withLock({ isFirst in
          defer { isFirst = false }
          return isFirst
        })
      else { return nil }
      do throws(RoostError) {
        try await cloud.upload([9, 9], to: image)
        second.put(nil)
      } catch {
        second.put(error)
      }
      return [1]
    }
    #expect(await second.next()?.kind == .conflict)
    #expect(await status(id) == "active")
    #expect(try SystemDisk().read(cloud.folder.file("images/\(id)"), limit: 9) == [1])
  }

  @Test func anImageDeletedWhileItsBytesArriveLeavesNothing() async throws {
    let id = try await image()
    let image = try #require(ImageID(id))
    let error = await #expect(throws: RoostError.self) {
      let rest = Mutex([[UInt8(1)], nil])
      try await cloud.images.upload(image, announced: nil, TestCallers.admin) {
        () async throws(RoostError) -> [UInt8]? in
        let next = rest.withLock { $0.removeFirst() }
        if next == nil { try await cloud.images.delete(image, TestCallers.admin) }
        return next
      }
    }
    #expect(error?.kind == .notFound)
    #expect(try SystemDisk().list(cloud.folder.file("images")) == [])
    #expect(await api.send("GET", "/image/v2/images/\(id)").status == 404)
  }

  @Test func aQcow2KnowsItsSize() async throws {
    let id = try await image("qcow2")
    #expect(await upload(id, [qcow2()]).status == 204)
    let shown = await api.send("GET", "/image/v2/images/\(id)").json
    #expect(shown["size"] == 512 && shown["virtual_size"] == .integer(1 << 30))
  }

  @Test func aQcow2ThatReachesForTheHostIsRefused() async throws {
    let spoiled: [(String, [UInt8])] = [
      ("it has a backing file", qcow2 { $0[15] = 1 } + Array("/etc/shadow".utf8)),
      ("it has an external data file", qcow2 { $0[79] = 4 }),
      ("it is encrypted", qcow2 { $0[35] = 2 }),
      ("it is marked as corrupt", qcow2 { $0[79] = 2 }),
      ("it does not begin as a qcow2 file", Array("a raw image".utf8)),
      ("it ends inside its header", Array(qcow2()[..<20])),
      ("its version is 9", qcow2 { $0[7] = 9 }),
    ]
    for (reason, bytes) in spoiled {
      let id = try await image("qcow2")
      // In pieces of a few bytes: the header is looked at as a whole.
      let pieces = stride(from: 0, to: bytes.count, by: 7).map {
        Array(bytes[$0..<min($0 + 7, bytes.count)])
      }
      let answer = await upload(id, pieces)
      #expect(answer.status == 400)
      #expect(answer.text.contains(reason), "\(answer.text)")
      try await expectUntouched(id)
    }
  }

  @Test func aQcow2CannotPassAsRaw() async throws {
    let id = try await image("raw")
    let answer = await upload(id, [qcow2()])
    #expect(answer.status == 400)
    #expect(answer.text.contains("disk_format is raw, but the bytes begin as a qcow2 file"))
    try await expectUntouched(id)
  }

  @Test func whatIsMissingIsNamed() async throws {
    let bare = await api.send("POST", "/image/v2/images", ["name": "i"])
    let id = try #require(bare.json["id"]?.text)
    let answer = await upload(id, [[1]])
    #expect(answer.status == 400)
    #expect(answer.text.contains("disk_format and container_format must be set"))
    let empty = try await image()
    #expect(await upload(empty, []).status == 400)
    try await expectUntouched(empty)
    let typed = await api.send(
      "PUT", "/image/v2/images/\(empty)/file", headers: [("Content-Type", "application/json")],
      pieces: [[1]])
    #expect(typed.status == 400)
  }

  @Test func aFullDiskIsSaidAndSurvived() async throws {
    let disk = FullDisk()
    let cloud = try TestCloud(disk: disk)
    let api = TestAPI(cloud)
    let image = try await cloud.images.create(id: nil, TestCallers.admin) { image in
      image.diskFormat = "raw"
      image.containerFormat = "bare"
    }
    let path = "/image/v2/images/\(image.id)/file"
    disk.isFull.withLock { $0 = true }
    let answer = await api.send("PUT", path, pieces: [[1, 2, 3]])
    #expect(answer.status == 500)
    #expect(answer.text.contains("The disk of the machine that serves this is full."))
    #expect(try SystemDisk().list(cloud.folder.file("images")) == [])
    #expect(cloud.logged.records.contains { $0.level == .error && $0.text.contains("errno 28") })
    disk.isFull.withLock { $0 = false }
    #expect(await api.send("PUT", path, pieces: [[1, 2, 3]]).status == 204)
  }

  @Test func whatACrashLeftIsClearedAway() async throws {
    let kept = try await cloud.addImage("kept")
    let cut = try await cloud.images.create(id: nil, TestCallers.admin) { image in
      image.diskFormat = "raw"
      image.containerFormat = "bare"
    }
    let disk = SystemDisk()
    // As when the controller dies while bytes arrive, and just before the record is written.
    _ = try await cloud.store.write { tx throws(RoostError) in
      try tx.run("UPDATE images SET status = 'saving' WHERE id = ?", .id(cut.id))
    }
    for name in ["\(cut.id).part", "\(cut.id)", "stray"] {
      try disk.replace(cloud.folder.file("images/\(name)"), with: [1], mode: 0o600)
    }
    let after = try await cloud.restarted()
    try await after.images.recover()
    #expect(try disk.list(after.folder.file("images")) == ["\(kept.id)"])
    #expect(try await after.images.image(cut.id, TestCallers.admin).status == .queued)
    #expect(try await after.images.image(kept.id, TestCallers.admin).status == .active)
  }
}

/// The machine's disk, which can be full.
private final class FullDisk: Disk {
  let isFull = Mutex(false)
  private let disk = SystemDisk()

  func read(_ path: String, limit: Int) throws(RoostError) -> [UInt8]? {
    try disk.read(path, limit: limit)
  }
  func readStart(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try disk.readStart(path, count: count)
  }
  func readEnd(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try disk.readEnd(path, count: count)
  }
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RoostError) {
    try disk.replace(path, with: bytes, mode: mode)
  }
  func create(_ path: String, mode: UInt32) throws(RoostError) -> any DiskFile {
    FullFile(file: try disk.create(path, mode: mode), disk: self)
  }
  func rename(_ from: String, to: String) throws(RoostError) { try disk.rename(from, to: to) }
  func remove(_ path: String) throws(RoostError) { try disk.remove(path) }
  func removeFolder(_ path: String) throws(RoostError) { try disk.removeFolder(path) }
  func flushFolder(_ path: String) throws(RoostError) { try disk.flushFolder(path) }
  func list(_ folder: String) throws(RoostError) -> [String] { try disk.list(folder) }
  func makeFolder(_ path: String, mode: UInt32) throws(RoostError) {
    try disk.makeFolder(path, mode: mode)
  }
  func exists(_ path: String) throws(RoostError) -> Bool { try disk.exists(path) }
  func size(of path: String) throws(RoostError) -> UInt64? { try disk.size(of: path) }
  func space(at path: String) throws(RoostError) -> (total: UInt64, free: UInt64) {
    try disk.space(at: path)
  }
}

private final class FullFile: DiskFile {
  private let file: any DiskFile
  private let disk: FullDisk

  init(file: any DiskFile, disk: FullDisk) {
    self.file = file
    self.disk = disk
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(RoostError) {
    if disk.isFull.withLock({ $0 }) { throw .system("write", errno: 28) }
    try file.append(bytes)
  }
  func flush() throws(RoostError) { try file.flush() }
  func close() { file.close() }
}
