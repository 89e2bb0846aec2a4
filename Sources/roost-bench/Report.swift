// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a suite found, as an operator or a program reads it.
struct Report: Sendable {
  let suite: String
  let machine: Machine
  let figures: [Figure]

  /// One JSON object.
  var json: String {
    var json = JSONWriter()
    json.object {
      $0.field("suite", suite)
      $0.object("machine") { machine.write(&$0) }
      $0.array("figures") { list in
        for figure in figures {
          list.object { object in
            object.field("name", figure.name)
            object.field("value", figure.value)
            object.field("unit", figure.unit)
            if let peer = figure.peer {
              object.object("peer") {
                $0.field("name", peer.name)
                $0.field("value", peer.value)
              }
            } else {
              object.null("peer")
            }
            object.field("aim", figure.aim.text)
            object.field("met", figure.isMet)
          }
        }
      }
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// A table under a line about the machine.
  var table: String {
    let head = ["figure", "value", "peer", "aim", "met"]
    let rows = figures.map { figure in
      [
        figure.name, "\(figure.value.short) \(figure.unit)",
        figure.peer.map { "\($0.value.short) \(figure.unit) (\($0.name))" } ?? "",
        figure.aim.text, figure.isMet ? "yes" : "no",
      ]
    }
    let widths = head.indices.map { column in
      ([head] + rows).map { $0[column].count }.max() ?? 0
    }
    let lines = ([head] + rows).map { row in
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      return line.trimmed
    }
    return "\(suite) on \(machine.text)\n" + lines.joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmed: String {
    String(prefix(count - reversed().prefix { $0 == " " }.count))
  }
}
