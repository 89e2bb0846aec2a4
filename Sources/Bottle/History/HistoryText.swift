// SPDX-License-Identifier: Apache-2.0

extension History {
  /// The history as text: a line an event with time, actor, kind, text and, unless it is the one
  /// that is followed, subject. Ends with the digest.
  ///
  /// - Parameter subject: the server to follow; nil for all that happened.
  public func text(about subject: String? = nil) -> String {
    let chosen = events(about: subject)
    let actors = columnWidth(chosen.map(\.actor))
    let kinds = columnWidth(chosen.map(\.kind.rawValue))
    let times = columnWidth(chosen.map(\.at.clockText))
    var text = ""
    if dropped > 0 { text += "(\(dropped) events before these were not kept)\n" }
    for event in chosen {
      let time = event.at.clockText
      text += String(repeating: " ", count: times - time.count) + time
      text += "  " + padded(event.actor, actors) + "  " + padded(event.kind.rawValue, kinds)
      text += "  " + event.text.onOneLine
      if let about = event.subject, about != subject { text += "  [\(about.onOneLine)]" }
      text += "\n"
    }
    return text + "\(count) events, digest \(digestText)\n"
  }
}

extension String {
  /// Control characters written out, so that no text can begin a line or steer a terminal.
  var onOneLine: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      default:
        if scalar.isControl {
          text += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
  }
}

private func columnWidth(_ texts: [String]) -> Int { texts.map(\.count).max() ?? 0 }

private func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: width - text.count)
}
