// SPDX-License-Identifier: Apache-2.0

import Base
import CXML2

/// An XML element that was read: a value, free of libxml2.
struct XMLNode: Sendable, Hashable {
  /// Without the prefix.
  let name: String
  /// The namespace's URI, if there is one.
  let namespace: String?
  /// Attributes by local name, in the document's order.
  private let attributes: [Attribute]
  /// Child elements, in order.
  let children: [XMLNode]
  /// Its own text, without its children's.
  let text: String

  private struct Attribute: Sendable, Hashable {
    let name: String
    let value: String
  }

  /// Most bytes of a document. libvirt's own limit for one string is 4 MiB.
  static let sizeLimit = 4 << 20

  /// Reads a document and gives its root. Nothing outside of `document` is ever loaded.
  static func parse(_ document: String, what: String) throws(RoostError) -> XMLNode {
    guard document.utf8.count <= sizeLimit else {
      throw RoostError(.tooLarge, "\(what) is larger than \(sizeLimit) bytes.")
    }
    let options = Int32(
      XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        | XML_PARSE_NOCDATA.rawValue)
    _ = prepared
    guard let parsed = xmlReadMemory(document, Int32(document.utf8.count), nil, "UTF-8", options)
    else {
      let reason = xmlGetLastError().map { string($0.pointee.message) } ?? ""
      throw RoostError(
        .internal, "\(what) is not XML.",
        operator: reason.split(separator: "\n").first.map(String.init))
    }
    defer { xmlFreeDoc(parsed) }
    guard let root = xmlDocGetRootElement(parsed) else {
      throw RoostError(.internal, "\(what) is empty.")
    }
    return XMLNode(root)
  }

  /// libxml2 refuses documents more than 256 levels deep, which bounds the recursion.
  private init(_ node: xmlNodePtr) {
    name = string(node.pointee.name)
    namespace = node.pointee.ns.map { string($0.pointee.href) }
    var attributes: [Attribute] = []
    var attribute = node.pointee.properties
    while let current = attribute {
      var value = ""
      var piece = current.pointee.children
      while let text = piece {
        value += string(text.pointee.content)
        piece = text.pointee.next
      }
      attributes.append(Attribute(name: string(current.pointee.name), value: value))
      attribute = current.pointee.next
    }
    self.attributes = attributes
    var children: [XMLNode] = []
    var text = ""
    var child = node.pointee.children
    while let current = child {
      switch current.pointee.type {
      case XML_ELEMENT_NODE: children.append(XMLNode(current))
      case XML_TEXT_NODE: text += string(current.pointee.content)
      default: break
      }
      child = current.pointee.next
    }
    self.children = children
    self.text = text
  }

  /// An attribute's value.
  subscript(attribute: String) -> String? {
    attributes.first { $0.name == attribute }?.value
  }

  /// The first element reached by these names, one level each.
  func child(_ path: String...) -> XMLNode? {
    var node = self
    for name in path {
      guard let next = node.children.first(where: { $0.name == name }) else { return nil }
      node = next
    }
    return node
  }

  /// The children of that name.
  func all(_ name: String) -> [XMLNode] {
    children.filter { $0.name == name }
  }
}

/// libxml2 wants to be prepared once before it is used from several threads.
private let prepared: Void = xmlInitParser()

private func string(_ bytes: UnsafePointer<xmlChar>?) -> String {
  bytes.map { String(cString: $0) } ?? ""
}

private func string(_ bytes: UnsafePointer<CChar>?) -> String {
  bytes.map { String(cString: $0) } ?? ""
}
