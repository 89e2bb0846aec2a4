// SPDX-License-Identifier: Apache-2.0

public import Base

// Values as elements, and as members under a key. An absent one is written as null.
extension JSONWriter {
  /// Text.
  public mutating func value(_ text: String) { quoted(text) }

  /// Any integer.
  public mutating func value(_ integer: some BinaryInteger) { scalar(String(integer)) }

  /// A number. What JSON can't say, infinity and NaN, becomes null.
  public mutating func value(_ number: Double) {
    scalar(number.isFinite ? "\(number)" : "null")
  }

  /// True or false.
  public mutating func value(_ flag: Bool) { scalar(flag ? "true" : "false") }

  /// An id in its canonical text.
  public mutating func value<Tag>(_ id: Identifier<Tag>) { quotedPlain(id.description) }

  /// A tree.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): self.value(flag)
    case .integer(let integer): self.value(integer)
    case .number(let number): self.value(number)
    case .string(let text): self.value(text)
    case .array(let elements):
      array { for element in elements { $0.value(element) } }
    case .object(let object):
      self.object { for (key, value) in object { $0.field(key, value) } }
    }
  }

  /// Null.
  public mutating func null() { scalar("null") }

  /// Null as a member.
  public mutating func null(_ key: String) {
    self.key(key)
    null()
  }

  /// Text as a member.
  public mutating func field(_ key: String, _ text: String) {
    self.key(key)
    value(text)
  }

  /// Text or null as a member.
  public mutating func field(_ key: String, _ text: String?) {
    if let text { field(key, text) } else { null(key) }
  }

  /// An integer as a member.
  public mutating func field(_ key: String, _ integer: some BinaryInteger) {
    self.key(key)
    value(integer)
  }

  /// An integer or null as a member.
  public mutating func field<Integer: BinaryInteger>(_ key: String, _ integer: Integer?) {
    if let integer { field(key, integer) } else { null(key) }
  }

  /// A number as a member; null if not finite.
  public mutating func field(_ key: String, _ number: Double) {
    self.key(key)
    value(number)
  }

  /// True or false as a member.
  public mutating func field(_ key: String, _ flag: Bool) {
    self.key(key)
    value(flag)
  }

  /// True, false or null as a member.
  public mutating func field(_ key: String, _ flag: Bool?) {
    if let flag { field(key, flag) } else { null(key) }
  }

  /// An id as a member.
  public mutating func field<Tag>(_ key: String, _ id: Identifier<Tag>) {
    self.key(key)
    value(id)
  }

  /// An id or null as a member.
  public mutating func field<Tag>(_ key: String, _ id: Identifier<Tag>?) {
    if let id { field(key, id) } else { null(key) }
  }

  /// A tree as a member.
  public mutating func field(_ key: String, _ value: JSONValue) {
    self.key(key)
    self.value(value)
  }
}
