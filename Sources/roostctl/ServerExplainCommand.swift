// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl server explain`.
struct ServerExplainCommand: OnlineCommand {
  let name = "server explain"
  let summary = "Say why a server is on its node, or on none."
  let operands = [Operand("SERVER", "the server's id, also of a deleted one, or its name")]

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let id = try await serverID(options.operand, client)
    let answer = try await client.get("/servers/\(id)/placement")
    return Report(lines: Self.lines(answer["placement"] ?? .null), json: answer)
  }

  static func lines(_ placement: JSONValue) -> [String] {
    let server = placement["server"] ?? .null
    var pairs = [
      ("server", "\(server["name"]?.text ?? "") \(server["id"]?.text ?? "")"),
      ("status", server["status"]?.text ?? ""), ("node", server["node_name"]?.text ?? "none"),
      ("placement", placement["explanation"]?.text ?? "no explanation was kept"),
    ]
    if let fault = placement["fault"]?.text { pairs.append(("fault", fault)) }
    return Table.lines(pairs)
  }

  private func serverID(_ text: String, _ client: OperatorClient) async throws(RoostError)
    -> String
  {
    if let id = InstanceID(text) { return id.description }
    let servers = (try await client.get("/servers"))["servers"]?.elements ?? []
    let found = servers.filter { $0["name"]?.text == text }.compactMap { $0["id"]?.text }
    guard let id = found.first else {
      throw RoostError(.notFound, "There is no server \"\(text)\".")
    }
    guard found.count == 1 else {
      throw RoostError(
        .conflict,
        "\(found.count) servers are called \"\(text)\"; name one by its id: "
          + "\(found.joined(separator: ", ")).")
    }
    return id
  }
}
