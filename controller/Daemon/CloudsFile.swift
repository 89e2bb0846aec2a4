// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// The clouds.yaml that the OpenStack clients read.
///
/// Source: openstacksdk's configuration guide. Values are written as JSON strings, which YAML 1.2
/// reads alike.
struct CloudsFile {
  var authURL: String
  var region: String
  var password: Secret<String>

  var text: String {
    """
    clouds:
      roost:
        auth:
          auth_url: \(quoted(authURL))
          username: "admin"
          password: \(quoted(password.exposed))
          project_name: "admin"
          user_domain_id: "default"
          project_domain_id: "default"
        region_name: \(quoted(region))
        interface: "public"
        identity_api_version: 3

    """
  }

  private func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).encoded, as: UTF8.self)
  }
}
