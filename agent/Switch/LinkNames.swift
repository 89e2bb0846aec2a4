// SPDX-License-Identifier: Apache-2.0

public import Base

/// How Roost names and marks interfaces. The mark is the interface's alias (`ip link set NAME alias
/// TEXT`): the kernel keeps it as long as the interface, so ownership needs no other record.
public enum LinkNames {
  /// The kernel keeps 15 bytes of a name.
  static let longest = 15

  /// `tap` and the first 11 characters of the port's UUID, as Neutron names taps.
  public static func tap(of port: PortID) -> String {
    "tap" + port.description.prefix(11)
  }

  /// What a tap is called until it carries its mark. An interface can't be made and marked in one
  /// step; under this name a crash in between leaves nothing that looks like someone else's.
  static func unfinished(_ port: PortID) -> String {
    unfinishedPrefix + port.description.prefix(11)
  }

  static let unfinishedPrefix = "rnew"

  /// The mark of a port's tap.
  public static func alias(of port: PortID) -> String { aliasPrefix + port.description }

  /// The port that a mark names; nil if it isn't a port's mark.
  public static func port(fromAlias alias: String) -> PortID? {
    guard alias.hasPrefix(aliasPrefix) else { return nil }
    return PortID(alias.dropFirst(aliasPrefix.utf8.count))
  }

  private static let aliasPrefix = "roost:port:"

  /// The mark of a bridge that Roost made.
  static func bridgeAlias(of physicalNetwork: String) -> String {
    "roost:bridge:" + physicalNetwork
  }

  /// Whether the kernel takes `name` for an interface.
  public static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    return !bytes.isEmpty && bytes.count <= longest && name != "." && name != ".."
      && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x3A }
  }
}
