// SPDX-License-Identifier: Apache-2.0

public import Base

/// A view on a JSON value that knows its path, so that every error names the field, what was
/// expected, what was found and what is allowed: "server.flavorRef: expected a string, got 5."
///
/// Getters by key throw `badRequest` when the key is absent; the `optional` ones return nil when
/// it is absent or null.
public struct JSONReader: Sendable {
  /// The value at this path.
  public let value: JSONValue
  /// Where it stands, like `server.networks[0]`; empty for the whole body.
  public let path: String

  /// A view on a whole body, or on a part of it under `path`.
  public init(_ value: JSONValue, path: String = "") {
    self.value = value
    self.path = path
  }

  /// Parses and views a body.
  public init(parsing bytes: [UInt8]) throws(RoostError) {
    self.init(try JSONValue(parsing: bytes))
  }

  /// Whether the key is there, be it null.
  public func has(_ key: String) -> Bool { value[key] != nil }

  /// Whether the key is there and null.
  public func isNull(_ key: String) -> Bool { value[key] == .null }

  /// The member under a key, of any type.
  public func member(_ key: String) throws(RoostError) -> JSONReader {
    guard let member = try members()[key] else {
      throw RoostError(
        .badRequest, "\(path(to: key)): is required.", field: path(to: key))
    }
    return JSONReader(member, path: path(to: key))
  }

  /// The member under a key, of any type; nil if absent or null.
  public func optionalMember(_ key: String) throws(RoostError) -> JSONReader? {
    guard let member = try members()[key], member != .null else { return nil }
    return JSONReader(member, path: path(to: key))
  }

  /// All members in order.
  public func entries(maxCount: Int = 1024) throws(RoostError) -> [(
    key: String, value: JSONReader
  )] {
    let object = try members()
    guard object.count <= maxCount else {
      throw refused("has \(object.count) members; at most \(maxCount) are allowed")
    }
    return object.map { ($0.key, JSONReader($0.value, path: path(to: $0.key))) }
  }

  /// Refuses members that are not among `allowed`.
  public func refuseUnknown(allowed: [String]) throws(RoostError) {
    for (key, _) in try members() where !allowed.contains(key) {
      throw RoostError(
        .badRequest,
        "\(path(to: key.shortened(to: 40))): is not known here; allowed are "
          + "\(allowed.sorted().joined(separator: ", ")).",
        field: path(to: key.shortened(to: 40)))
    }
  }

  func members() throws(RoostError) -> JSONObject {
    guard case .object(let object) = value else { throw expected("an object") }
    return object
  }

  private func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The error for a value that is not what it should be.
  public func expected(_ what: String) -> RoostError {
    refused("expected \(what), got \(value.shortText)")
  }

  /// An error about this field; `why` is a clause without full stop.
  public func refused(_ why: String, _ kind: RoostError.Kind = .badRequest) -> RoostError {
    let name = path.isEmpty ? "The body" : path
    return RoostError(kind, "\(name): \(why).", field: path.isEmpty ? nil : path)
  }
}

extension JSONValue {
  /// The value for an error message, short enough for one line.
  var shortText: String {
    switch self {
    case .array(let elements): "an array of \(elements.count)"
    case .object: "an object"
    case .string(let text):
      String(decoding: JSONValue.string(text.shortened(to: 60)).encoded, as: UTF8.self)
    default: String(decoding: encoded, as: UTF8.self)
    }
  }
}

extension String {
  /// At most `count` characters, with an ellipsis where more were.
  func shortened(to count: Int) -> String {
    let head = prefix(count)
    return head.endIndex == endIndex ? self : head + "…"
  }
}
