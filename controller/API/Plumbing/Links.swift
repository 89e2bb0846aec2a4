// SPDX-License-Identifier: Apache-2.0

import JSON

extension JSONWriter {
  /// A list of links as OpenStack's APIs write it.
  mutating func links(named key: String = "links", _ links: (relation: String, url: String)...) {
    array(key) { json in
      for link in links {
        json.object {
          $0.field("rel", link.relation)
          $0.field("href", link.url)
        }
      }
    }
  }
}
