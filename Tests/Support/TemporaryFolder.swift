// SPDX-License-Identifier: Apache-2.0

public import Base
import FoundationEssentials
import Glibc

/// A new folder that goes, with all that is in it, when nobody holds it any more.
public final class TemporaryFolder: Sendable {
  /// Its absolute path.
  public let path: String

  /// Makes it below `/tmp`.
  public init() throws(RoostError) {
    var template = Array("/tmp/roost-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .system("mkdtemp", errno: errno) }
    path = String(
      decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// A path in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
