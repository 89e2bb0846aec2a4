// SPDX-License-Identifier: Apache-2.0

import JSON

/// The services a token's catalog names, and where they are.
public struct Catalog: Sendable {
  /// One service.
  struct Entry: Sendable {
    let id: String
    let type: String
    let name: String
    /// Behind the listener's root.
    let path: String
    /// One id for each of `interfaces`.
    let endpointIDs: [String]

    /// Ids only need to be stable and unlike each other; the digit tells the services apart.
    init(_ digit: Character, type: String, name: String, path: String) {
      id = "726f6f73742d73657276696365000000".replacing("000000", with: "00000\(digit)")
      self.type = type
      self.name = name
      self.path = path
      endpointIDs = (1...3).map { interface in
        "726f6f73742d656e64706f696e740000".replacing("0000", with: "00\(digit)\(interface)")
      }
    }
  }

  /// All three name the same place.
  static let interfaces = ["public", "internal", "admin"]

  /// Every service that is served.
  static let entries = [
    Entry("1", type: "identity", name: "keystone", path: "/identity/v3"),
    Entry("2", type: "compute", name: "nova", path: "/compute/v2.1"),
    Entry("3", type: "image", name: "glance", path: "/image"),
    Entry("4", type: "network", name: "neutron", path: "/network"),
    Entry("5", type: "operator", name: "roost", path: "/operator/v1"),
  ]

  /// The one region.
  public let region: String

  /// - Parameter region: as clients name it in their clouds.yaml.
  public init(region: String) {
    self.region = region
  }

  /// Writes the catalog as a token's body has it.
  func write(_ key: String, rootURL: String, into json: inout JSONWriter) {
    json.array(key) { json in
      for entry in Self.entries {
        json.object { json in
          json.array("endpoints") { json in
            for (interface, id) in zip(Self.interfaces, entry.endpointIDs) {
              json.object {
                $0.field("id", id)
                $0.field("interface", interface)
                $0.field("region_id", region)
                $0.field("url", rootURL + entry.path)
                $0.field("region", region)
              }
            }
          }
          json.field("id", entry.id)
          json.field("type", entry.type)
          json.field("name", entry.name)
        }
      }
    }
  }
}
