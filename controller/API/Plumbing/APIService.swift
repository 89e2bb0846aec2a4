// SPDX-License-Identifier: Apache-2.0

/// The services behind one listener, each under its own prefix.
public enum APIService: String, Sendable, CaseIterable {
  case identity
  case compute
  case network
  case image
  case volume
  case placement
  case `operator`

  /// `/compute` and its like.
  public var prefix: String { "/\(rawValue)" }
}
