// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files on the machine's disk.
public struct SystemDisk: Disk {
  /// The machine's file systems.
  public init() {}

  public func read(_ path: String, limit: Int) throws(RoostError) -> [UInt8]? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else {
      if errno == ENOENT { return nil }
      throw .system("open \(path)", errno: errno)
    }
    defer { close(fd) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let n = Glibc.read(fd, &chunk, chunk.count)
      if n < 0 && errno == EINTR { continue }
      guard n >= 0 else { throw .system("read \(path)", errno: errno) }
      if n == 0 { return bytes }
      bytes.append(contentsOf: chunk[0..<n])
      guard bytes.count <= limit else {
        throw RoostError(.tooLarge, "\(path) is larger than \(limit) bytes.")
      }
    }
  }

  public func readStart(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try readPart(path, count: count, fromEnd: false)
  }

  public func readEnd(_ path: String, count: Int) throws(RoostError) -> [UInt8]? {
    try readPart(path, count: count, fromEnd: true)
  }

  private func readPart(
    _ path: String, count: Int, fromEnd: Bool
  ) throws(RoostError) -> [UInt8]? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else {
      if errno == ENOENT { return nil }
      throw .system("open \(path)", errno: errno)
    }
    defer { close(fd) }
    if fromEnd {
      let end = lseek(fd, 0, SEEK_END)
      guard end >= 0, lseek(fd, max(0, end - count), SEEK_SET) >= 0 else {
        throw .system("seek \(path)", errno: errno)
      }
    }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let n = bytes.withUnsafeMutableBytes {
        Glibc.read(fd, $0.baseAddress?.advanced(by: filled), count - filled)
      }
      if n < 0 && errno == EINTR { continue }
      guard n >= 0 else { throw .system("read \(path)", errno: errno) }
      if n == 0 { break }
      filled += n
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  public func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RoostError) {
    let aside = path + ".new"
    let file = try create(aside, mode: mode)
    do {
      defer { file.close() }
      try file.append(bytes)
      try file.flush()
    }
    try rename(aside, to: path)
  }

  public func create(_ path: String, mode: UInt32) throws(RoostError) -> any DiskFile {
    let fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard fd >= 0 else { throw .system("create \(path)", errno: errno) }
    guard fchmod(fd, mode) == 0 else {
      let code = errno
      close(fd)
      throw .system("chmod \(path)", errno: code)
    }
    return SystemDiskFile(descriptor: fd, path: path)
  }

  public func rename(_ from: String, to: String) throws(RoostError) {
    guard Glibc.rename(from, to) == 0 else { throw .system("rename \(from)", errno: errno) }
    let (source, target) = (folder(of: from), folder(of: to))
    try flushFolder(target)
    if source != target { try flushFolder(source) }
  }

  public func remove(_ path: String) throws(RoostError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .system("remove \(path)", errno: errno)
    }
  }

  public func removeFolder(_ path: String) throws(RoostError) {
    guard rmdir(path) == 0 || errno == ENOENT else {
      throw .system("remove folder \(path)", errno: errno)
    }
  }

  public func list(_ folder: String) throws(RoostError) -> [String] {
    guard let stream = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw .system("open folder \(folder)", errno: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  public func makeFolder(_ path: String, mode: UInt32) throws(RoostError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, folder(of: path) != path else {
      throw .system("make folder \(path)", errno: errno)
    }
    try makeFolder(folder(of: path), mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw .system("make folder \(path)", errno: errno)
    }
  }

  public func exists(_ path: String) throws(RoostError) -> Bool {
    try status(of: path) != nil
  }

  public func size(of path: String) throws(RoostError) -> UInt64? {
    try status(of: path).map { UInt64(max(0, $0.st_size)) }
  }

  private func status(of path: String) throws(RoostError) -> stat? {
    var info = stat()
    guard stat(path, &info) == 0 else {
      if errno == ENOENT { return nil }
      throw .system("stat \(path)", errno: errno)
    }
    return info
  }

  public func space(at path: String) throws(RoostError) -> (total: UInt64, free: UInt64) {
    var info = statvfs()
    guard statvfs(path, &info) == 0 else { throw .system("statvfs \(path)", errno: errno) }
    let unit = UInt64(info.f_frsize)
    return (UInt64(info.f_blocks) * unit, UInt64(info.f_bavail) * unit)
  }

  private func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  public func flushFolder(_ path: String) throws(RoostError) {
    let fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { throw .system("open folder \(path)", errno: errno) }
    defer { close(fd) }
    guard fsync(fd) == 0 else { throw .system("flush folder \(path)", errno: errno) }
  }
}

/// A descriptor that closes with its owner.
private final class SystemDiskFile: DiskFile, @unchecked Sendable {
  // Used by one owner at a time; `close` may race only with deinit, which can't overlap it.
  private var descriptor: Int32
  private let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close() }

  func append(_ bytes: UnsafeRawBufferPointer) throws(RoostError) {
    var rest = bytes
    while !rest.isEmpty {
      let n = write(descriptor, rest.baseAddress, rest.count)
      if n < 0 && errno == EINTR { continue }
      guard n > 0 else { throw .system("write \(path)", errno: errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[n...])
    }
  }

  func flush() throws(RoostError) {
    guard fdatasync(descriptor) == 0 else { throw .system("flush \(path)", errno: errno) }
  }

  func close() {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
  }
}
