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
            if let value = figure.value {
              object.field("value", value)
            } else {
              object.null("value")
            }
            object.field("unit", figure.unit)
            if let peer = figure.peer {
              object.object("peer") {
                $0.field("name", peer.name)
                $0.field("value", peer.value)
                $0.field("unit", peer.unit ?? figure.unit)
              }
            } else {
              object.null("peer")
            }
            if let failure = figure.failure { object.field("failure", failure) }
            object.field("aim", figure.aim?.text)
            if let met = figure.isMet { object.field("met", met) } else { object.null("met") }
          }
        }
      }
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// A table under a line about the machine.
  var table: String {
    let head = ["figure", "value", "peer", "aim", "met"]
    let rows = figures.map { figure -> [String] in
      let value = figure.value.map { "\($0.short) \(figure.unit)" }
      let peer = figure.peer.map { "\($0.value.short) \($0.unit ?? figure.unit) (\($0.name))" }
      let met = figure.isMet.map { $0 ? "yes" : "no" }
      return [figure.name, value ?? "none", peer ?? "", figure.aim?.text ?? "", met ?? ""]
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
    let failures = figures.compactMap { figure in figure.failure.map { "\(figure.name): \($0)" } }
    return (["\(suite) on \(machine.text)"] + lines + failures).joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmed: String {
    String(prefix(count - reversed().prefix { $0 == " " }.count))
  }
}
