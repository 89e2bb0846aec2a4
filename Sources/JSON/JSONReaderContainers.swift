// SPDX-License-Identifier: Apache-2.0

public import Base

extension JSONReader {
  /// The object under a key.
  public func object(_ key: String) throws(RoostError) -> JSONReader {
    let member = try member(key)
    _ = try member.members()
    return member
  }

  /// The object under a key; nil if absent or null.
  public func optionalObject(_ key: String) throws(RoostError) -> JSONReader? {
    guard let member = try optionalMember(key) else { return nil }
    _ = try member.members()
    return member
  }

  /// The value as an array of at most `maxCount`, each element with its own path.
  public func asArray(maxCount: Int = 1024) throws(RoostError) -> [JSONReader] {
    guard case .array(let elements) = value else { throw expected("an array") }
    guard elements.count <= maxCount else {
      throw refused("has \(elements.count) elements; at most \(maxCount) are allowed")
    }
    return elements.enumerated().map { JSONReader($0.element, path: "\(path)[\($0.offset)]") }
  }

  /// The array under a key.
  public func array(_ key: String, maxCount: Int = 1024) throws(RoostError) -> [JSONReader] {
    try member(key).asArray(maxCount: maxCount)
  }

  /// The array under a key; nil if absent or null.
  public func optionalArray(_ key: String, maxCount: Int = 1024) throws(RoostError)
    -> [JSONReader]?
  {
    try optionalMember(key)?.asArray(maxCount: maxCount)
  }

  /// The array of strings under a key, each of at most `maxLength` bytes.
  public func strings(_ key: String, maxCount: Int = 1024, maxLength: Int = 255)
    throws(RoostError) -> [String]
  {
    var texts: [String] = []
    for element in try array(key, maxCount: maxCount) {
      texts.append(try element.asString(maxLength: maxLength))
    }
    return texts
  }

  /// The array of strings under a key; nil if absent or null.
  public func optionalStrings(_ key: String, maxCount: Int = 1024, maxLength: Int = 255)
    throws(RoostError) -> [String]?
  {
    guard try optionalMember(key) != nil else { return nil }
    return try strings(key, maxCount: maxCount, maxLength: maxLength)
  }
}
