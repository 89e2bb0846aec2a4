// SPDX-License-Identifier: Apache-2.0

/// An XML element to be written. Every name is ours; every value is escaped.
struct XMLElement: Sendable, Hashable {
  private let name: String
  private let attributes: [Attribute]
  private let text: String?
  private let children: [XMLElement]

  private struct Attribute: Sendable, Hashable {
    let name: String
    let value: String
  }

  /// An element with children, in order. An attribute whose value is nil is left out.
  init(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:],
    _ children: [XMLElement] = []
  ) {
    self.name = name
    self.attributes = attributes.compactMap { name, value in
      value.map { Attribute(name: name, value: $0) }
    }
    self.text = nil
    self.children = children
  }

  /// An element that holds text.
  init(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String) {
    self.name = name
    self.attributes = attributes.compactMap { name, value in
      value.map { Attribute(name: name, value: $0) }
    }
    self.text = text
    self.children = []
  }

  /// The element as text, one line for each element, indented by two spaces a level.
  func rendered() -> String {
    var output = ""
    write(to: &output, indent: 0)
    return output
  }

  private func write(to output: inout String, indent: Int) {
    let margin = String(repeating: "  ", count: indent)
    output += "\(margin)<\(name)"
    for attribute in attributes {
      output += " \(attribute.name)='\(escaped(attribute.value))'"
    }
    if let text {
      output += ">\(escaped(text))</\(name)>\n"
    } else if children.isEmpty {
      output += "/>\n"
    } else {
      output += ">\n"
      for child in children { child.write(to: &output, indent: indent + 1) }
      output += "\(margin)</\(name)>\n"
    }
  }
}

/// Escapes for text and for attributes in either quote. Characters that XML 1.0 can't hold in any
/// form become U+FFFD; tabs and line ends become references, which parsers don't normalise.
private func escaped(_ value: String) -> String {
  var output = ""
  output.reserveCapacity(value.utf8.count)
  for scalar in value.unicodeScalars {
    switch scalar {
    case "&": output += "&amp;"
    case "<": output += "&lt;"
    case ">": output += "&gt;"
    case "'": output += "&apos;"
    case "\"": output += "&quot;"
    case "\t", "\n", "\r": output += "&#\(scalar.value);"
    case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": output += "\u{FFFD}"
    default: output.unicodeScalars.append(scalar)
    }
  }
  return output
}
