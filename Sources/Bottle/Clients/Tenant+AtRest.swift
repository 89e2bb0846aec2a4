// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import Synchronization

// What a tenant does when nothing goes on any more.
extension Tenant {
  /// Looks at everything that was ever asked for, when all is at rest: what is listed is there, what is not
  /// is gone.
  func lookForTheLastTime() async {
    var (owned, unanswered) = ([Owned](), [String]())
    await list(&owned, &unanswered)
    for server in made.withLock({ $0 }) {
      let isListed = owned.contains { $0.id == server.id }
      guard case .done(let status, _) = await ask("GET", "/compute/v2.1/servers/\(server.id)"),
        (status == 200) != isListed
      else { continue }
      ledger.report(
        Violation(
          .linearizable,
          "At rest \(name) is shown server \(server.id) "
            + (isListed ? "in a list and not by itself." : "by itself and in no list."),
          subject: server.id))
    }
  }

  /// Makes a server and deletes it, to see that the cloud still does what it is for.
  ///
  /// - Returns: what went wrong; nil if nothing did.
  func tryOut() async -> String? {
    var (owned, unanswered) = ([Owned](), [String]())
    guard let image = things.images.lasting.first else { return "there is no image" }
    await create("\(name)-last", of: image, &owned, &unanswered)
    guard let server = owned.first else { return "a request for a server failed" }
    guard await waitFor(server, { $0 == "ACTIVE" }) else { return "a new server is not ACTIVE" }
    await delete(server, &owned)
    guard await waitFor(server, { $0 == nil }) else { return "a deleted server does not go" }
    return nil
  }

  /// Deletes what is in ERROR: servers that could not be made, and those that a restored backup has brought
  /// back.
  ///
  /// - Returns: what went wrong; nil if nothing did.
  func deleteFailed() async -> String? {
    var (owned, unanswered) = ([Owned](), [String]())
    await list(&owned, &unanswered)
    for server in owned where await status(of: server) == "ERROR" {
      await delete(server, &owned)
      guard await waitFor(server, { $0 == nil }) else {
        return "server \(server.id), which was in ERROR, does not go"
      }
    }
    return nil
  }

  private func waitFor(_ server: Owned, _ isRight: (String?) -> Bool) async -> Bool {
    for _ in 0..<60 {
      let status = await status(of: server)
      if status != "", isRight(status) { return true }
      try? await clock.sleep(for: .seconds(1))
    }
    return false
  }

  /// Nil for one that is not there; empty without an answer.
  private func status(of server: Owned) async -> String? {
    let outcome = await ask("GET", "/compute/v2.1/servers/\(server.id)", subject: server.id)
    guard case .done(let status, let json) = outcome else { return "" }
    return status == 404 ? nil : json["server"]?["status"]?.text ?? ""
  }
}
