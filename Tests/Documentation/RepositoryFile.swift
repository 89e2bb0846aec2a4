// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

/// The source tree's root.
let repositoryRoot = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

/// A file of the source tree.
func repositoryFile(_ path: String) throws -> String {
  let bytes = try #require(try SystemDisk().read("\(repositoryRoot)/\(path)", limit: 1 << 20))
  return String(decoding: bytes, as: UTF8.self)
}

extension String {
  /// What stands between the marks.
  func parts(by mark: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: mark) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
