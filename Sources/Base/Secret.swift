// SPDX-License-Identifier: Apache-2.0

/// A value that must not reach a log: it prints as `***`.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  /// The value itself, named so that each use can be found.
  public let exposed: Value

  /// Hides a value.
  public init(_ value: Value) {
    exposed = value
  }

  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
