// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// What commands read of the world they run in.
struct Environment: Sendable {
  /// A variable's value; nil when it is unset or empty.
  let variable: @Sendable (String) -> String?
  let disk: any Disk
  /// The folder that relative paths start from.
  let folder: String

  init(
    folder: String, disk: any Disk = SystemDisk(),
    variable: @escaping @Sendable (String) -> String?
  ) {
    self.folder = folder
    self.disk = disk
    self.variable = { name in variable(name).flatMap { $0.isEmpty ? nil : $0 } }
  }

  /// This process's.
  static func ofProcess() throws(RoostError) -> Environment {
    Environment(folder: try absolutePath(".")) { name in
      getenv(name).map { String(cString: $0) }
    }
  }

  /// A path from the root, with `~/` as the home folder.
  func path(_ text: String) -> String {
    if text.hasPrefix("/") { return text }
    if text.hasPrefix("~/"), let home = variable("HOME") { return home + text.dropFirst() }
    return "\(folder)/\(text)"
  }
}
