// SPDX-License-Identifier: Apache-2.0

import Base
import CYAML

/// Builds the tree of one YAML document out of libyaml's events.
///
/// Aliases, tags, several documents and keys given twice are refused: a configuration needs none
/// of them, and each hides something from its reader.
struct YAMLParser: ~Copyable {
  static let sizeLimit = 1 << 20
  static let depthLimit = 16

  private let file: String
  // On the heap: libyaml keeps pointers into it.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  static func parse(_ bytes: [UInt8], file: String) throws(RoostError) -> ConfigNode {
    let parser = try YAMLParser(bytes, file: file)
    return try parser.document()
  }

  private init(_ bytes: [UInt8], file: String) throws(RoostError) {
    guard bytes.count <= Self.sizeLimit else {
      throw RoostError(
        .tooLarge, "\(file): is \(bytes.count) bytes long; at most \(Self.sizeLimit) are allowed.")
    }
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw RoostError(.internal, "There is not enough memory to read \(file).")
    }
    input = .allocate(capacity: bytes.count)
    _ = input.initialize(from: bytes)
    self.file = file
    self.parser = parser
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  private enum Event {
    case start
    case end
    case sequence
    case mapping
    case closed
    case scalar(String, isPlain: Bool)
  }

  private func document() throws(RoostError) -> ConfigNode {
    _ = try next()
    guard case (.start, _) = try next() else { return ConfigNode(content: .empty, line: 1) }
    let (event, line) = try next()
    let node = try node(event, line, depth: 0)
    _ = try next()
    let (after, lineAfter) = try next()
    guard case .end = after else {
      throw fault(lineAfter, "a second document begins; one is allowed")
    }
    return node
  }

  private func node(_ event: Event, _ line: Int, depth: Int) throws(RoostError) -> ConfigNode {
    guard depth <= Self.depthLimit else {
      throw fault(line, "nested deeper than \(Self.depthLimit) levels")
    }
    switch event {
    case .scalar(let text, let isPlain):
      let isEmpty = isPlain && ["", "~", "null"].contains(text)
      return ConfigNode(content: isEmpty ? .empty : .scalar(text), line: line)
    case .sequence:
      var elements: [ConfigNode] = []
      while true {
        let (event, line) = try next()
        if case .closed = event { break }
        elements.append(try node(event, line, depth: depth + 1))
      }
      return ConfigNode(content: .list(elements), line: line)
    case .mapping:
      return ConfigNode(content: .mapping(try entries(depth: depth)), line: line)
    case .start, .end, .closed:
      throw fault(line, "the document ends too early")
    }
  }

  private func entries(depth: Int) throws(RoostError) -> [ConfigNode.Entry] {
    var entries: [ConfigNode.Entry] = []
    var lines: [String: Int] = [:]
    while true {
      let (event, line) = try next()
      if case .closed = event { return entries }
      guard case .scalar(let key, _) = event else { throw fault(line, "a key must be plain text") }
      if let earlier = lines[key] {
        throw fault(line, "the key `\(key)` is given twice, first on line \(earlier)")
      }
      lines[key] = line
      let (value, valueLine) = try next()
      entries.append(
        ConfigNode.Entry(
          key: key, line: line, value: try node(value, valueLine, depth: depth + 1)))
    }
  }

  private func next() throws(RoostError) -> (Event, line: Int) {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      let what = parser.pointee.problem.map { String(cString: $0) } ?? "malformed"
      throw fault(parser.pointee.problem_mark.line + 1, what)
    }
    defer { yaml_event_delete(&event) }
    let line = event.start_mark.line + 1
    switch event.type {
    case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT: return (.start, line)
    case YAML_STREAM_END_EVENT: return (.end, line)
    case YAML_SEQUENCE_START_EVENT:
      try refuseTag(event.data.sequence_start.tag, line)
      return (.sequence, line)
    case YAML_MAPPING_START_EVENT:
      try refuseTag(event.data.mapping_start.tag, line)
      return (.mapping, line)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      try refuseTag(scalar.tag, line)
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      guard !bytes.contains(0) else { throw fault(line, "text must not contain NUL") }
      return (
        .scalar(
          String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE),
        line
      )
    case YAML_ALIAS_EVENT: throw fault(line, "aliases (`*name`) are not allowed")
    default: return (.closed, line)
    }
  }

  private func refuseTag(_ tag: UnsafePointer<yaml_char_t>?, _ line: Int) throws(RoostError) {
    if tag != nil { throw fault(line, "tags (`!name`) are not allowed") }
  }

  private func fault(_ line: Int, _ what: String) -> RoostError {
    RoostError(.badRequest, "\(file):\(line): \(what).")
  }
}
