// SPDX-License-Identifier: Apache-2.0

/// Columns of text for a terminal.
enum Table {
  /// A header and rows, each column as wide as its widest cell. Trailing blanks are left out.
  static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
    let widths = header.indices.map { column in
      ([header] + rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return ([header] + rows).map { cells in
      var line = ""
      for (cell, width) in zip(cells, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// Names and values, one a line.
  static func lines(_ pairs: [(String, String)]) -> [String] {
    let width = pairs.map(\.0.count).max() ?? 0
    return pairs.map { name, value in
      let line = name + String(repeating: " ", count: width - name.count + 2) + value
      return value.isEmpty ? name : line
    }
  }
}

extension String {
  /// Fit for a terminal: names that users chose may hold characters that would steer it.
  var printable: String {
    var text = ""
    for scalar in unicodeScalars {
      text.unicodeScalars.append(
        scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return text
  }
}
