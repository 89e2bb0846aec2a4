// SPDX-License-Identifier: Apache-2.0

/// A piece of a configuration file with the line it begins on.
struct ConfigNode {
  enum Content {
    /// Nothing, `~` or `null`: as if the key were absent.
    case empty
    case scalar(String)
    case list([ConfigNode])
    case mapping([Entry])
  }

  struct Entry {
    let key: String
    let line: Int
    let value: ConfigNode
  }

  let content: Content
  /// Counted from 1.
  let line: Int

  /// The content for an error message, on one line.
  var shortText: String {
    switch content {
    case .empty: "nothing"
    case .scalar(let text): text.count > 60 ? "`\(text.prefix(60))…`" : "`\(text)`"
    case .list(let elements): "a list of \(elements.count)"
    case .mapping: "a section"
    }
  }
}
