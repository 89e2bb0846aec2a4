// SPDX-License-Identifier: Apache-2.0

public import Base

/// A section of a YAML configuration file, read key by key. Every error names file, line and key.
///
/// Each getter makes its key known; `finish`, called last on the whole file, refuses what nobody
/// asked for. An empty value counts as an absent key.
public final class ConfigReader {
  private let file: String
  private let path: String
  private let line: Int?
  private let entries: [ConfigNode.Entry]
  private var known: Set<String> = []
  private var sections: [ConfigReader] = []

  /// Reads a whole file.
  ///
  /// - Throws: `notFound` if there is none, `tooLarge` over 1 MiB, `badRequest` with the line of
  ///   what is malformed.
  public convenience init(file: String, disk: any Disk) throws(RoostError) {
    guard let bytes = try disk.read(file, limit: YAMLParser.sizeLimit) else {
      throw RoostError(.notFound, "The configuration file \(file) does not exist.")
    }
    try self.init(text: bytes, file: file)
  }

  /// Reads a text; `file` is what errors call it.
  public convenience init(text: [UInt8], file: String) throws(RoostError) {
    let root = try YAMLParser.parse(text, file: file)
    switch root.content {
    case .empty: self.init(file: file, path: "", line: nil, entries: [])
    case .mapping(let entries): self.init(file: file, path: "", line: root.line, entries: entries)
    case .list, .scalar:
      throw RoostError(
        .badRequest, "\(file):\(root.line): expected keys with values, got \(root.shortText).")
    }
  }

  private init(file: String, path: String, line: Int?, entries: [ConfigNode.Entry]) {
    self.file = file
    self.path = path
    self.line = line
    self.entries = entries
  }

  /// The keys of this section in the file's order, for sections whose keys are names.
  public var keys: [String] { entries.map(\.key) }

  /// The section under a key; an absent one is empty, so that its defaults hold.
  public func section(_ key: String) throws(RoostError) -> ConfigReader {
    try optionalSection(key) ?? adopt(nil, [], under: key)
  }

  /// The section under a key, or nil if it is absent.
  public func optionalSection(_ key: String) throws(RoostError) -> ConfigReader? {
    guard let entry = value(key) else { return nil }
    guard case .mapping(let entries) = entry.value.content else {
      throw expected("a section of keys with values", key)
    }
    return adopt(entry.line, entries, under: key)
  }

  /// The sections listed under a key; none if it is absent.
  public func sections(_ key: String) throws(RoostError) -> [ConfigReader] {
    guard let entry = value(key) else { return [] }
    guard case .list(let elements) = entry.value.content else {
      throw expected("a list of sections", key)
    }
    var found: [ConfigReader] = []
    for (place, element) in elements.enumerated() {
      guard case .mapping(let entries) = element.content else {
        throw expected("a list of sections", key)
      }
      found.append(adopt(element.line, entries, under: "\(key)[\(place)]"))
    }
    return found
  }

  /// Refuses keys that no getter asked for, here and in every section that was read.
  public func finish() throws(RoostError) {
    for entry in entries where !known.contains(entry.key) {
      let meant = nearest(to: entry.key, among: known.sorted())
      let hint =
        meant.map { "did you mean `\($0)`?" }
        ?? "known here are \(known.sorted().map { "`\($0)`" }.joined(separator: ", "))."
      let place = path.isEmpty ? "" : " in `\(path)`"
      throw RoostError(
        .badRequest,
        "\(file):\(entry.line): unknown key `\(entry.key.prefix(60))`\(place); \(hint)",
        field: name(of: entry.key))
    }
    for section in sections { try section.finish() }
  }

  /// An error about a key's value; `why` is a clause without full stop, such as "must be below
  /// `heartbeat`".
  public func refused(_ key: String, _ why: String) -> RoostError {
    let line = entries.first { $0.key == key }?.line ?? line
    let place = line.map { ":\($0)" } ?? ""
    return RoostError(
      .badRequest, "\(file)\(place): `\(name(of: key))` \(why).", field: name(of: key))
  }

  func expected(_ what: String, _ key: String) -> RoostError {
    let found = entries.first { $0.key == key }?.value.shortText ?? "nothing"
    return refused(key, "should be \(what), not \(found)")
  }

  /// The text of a scalar, nil for an absent key.
  func scalar(_ key: String, _ what: String) throws(RoostError) -> String? {
    guard let entry = value(key) else { return nil }
    guard case .scalar(let text) = entry.value.content else { throw expected(what, key) }
    return text
  }

  /// The texts of a list of scalars, nil for an absent key.
  func scalars(_ key: String) throws(RoostError) -> [String]? {
    guard let entry = value(key) else { return nil }
    guard case .list(let elements) = entry.value.content else {
      throw expected("a list of texts", key)
    }
    var texts: [String] = []
    for element in elements {
      guard case .scalar(let text) = element.content else { throw expected("a list of texts", key) }
      texts.append(text)
    }
    return texts
  }

  private func value(_ key: String) -> ConfigNode.Entry? {
    known.insert(key)
    guard let entry = entries.first(where: { $0.key == key }) else { return nil }
    if case .empty = entry.value.content { return nil }
    return entry
  }

  private func adopt(_ line: Int?, _ entries: [ConfigNode.Entry], under key: String)
    -> ConfigReader
  {
    let section = ConfigReader(file: file, path: name(of: key), line: line, entries: entries)
    sections.append(section)
    return section
  }

  private func name(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
