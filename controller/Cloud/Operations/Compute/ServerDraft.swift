// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel

/// What a caller asks of new servers.
public struct ServerDraft: Sendable, Hashable {
  /// Which networks the guest is on.
  public enum Networks: Sendable, Hashable {
    /// The one network that the caller's project has.
    case automatic
    /// None at all.
    case none
    /// These, in the order the guest sees them.
    case listed([Interface])
  }

  /// One interface: a port that exists, or a new one on a network.
  public enum Interface: Sendable, Hashable {
    case port(PortID)
    case network(NetworkID, address: IPAddress?)
  }

  public var name: String
  public var description: String?
  /// What the guest calls itself; nil makes it from the name.
  public var hostName: String?
  public var flavor: String
  public var image: ImageID
  public var keyName: String?
  public var metadata: [Property]
  /// Base64.
  public var userData: String?
  public var networks: Networks
  /// Names or ids.
  public var securityGroups: [String]
  public var availabilityZone: String?
  /// A node an administrator chooses, by its name.
  public var host: String?
  public var minimumCount: Int64
  public var maximumCount: Int64

  /// One server without anything special.
  public init(name: String, flavor: String, image: ImageID, networks: Networks) {
    self.name = name
    self.flavor = flavor
    self.image = image
    self.networks = networks
    description = nil
    hostName = nil
    keyName = nil
    metadata = []
    userData = nil
    securityGroups = []
    availabilityZone = nil
    host = nil
    minimumCount = 1
    maximumCount = 1
  }
}

/// A host name from a server's name, as Nova's `sanitize_hostname` makes it: lower case, with
/// blanks and underscores as hyphens, and only what RFC 1123 allows.
func hostName(from name: String, id: InstanceID) -> String {
  var kept = ""
  for character in name.lowercased() {
    switch character {
    case " ", "_": kept.append("-")
    case "a"..."z", "0"..."9", "-", ".": if character.isASCII { kept.append(character) }
    default: break
    }
  }
  let edge: (Character) -> Bool = { $0 == "-" || $0 == "." }
  var text = kept.drop(while: edge).prefix(63)
  while let last = text.last, edge(last) { text.removeLast() }
  return text.isEmpty ? "server-\(id)" : String(text)
}
