// SPDX-License-Identifier: Apache-2.0

import Base
import Wire

extension Fleet {
  /// What came of a registration that had to wait for its turn.
  enum Admitted<Value: Sendable>: Sendable {
    case done(Value)
    /// It was not begun: ask again after so long.
    case later(Duration)
  }

  /// Runs a registration when its turn has come, unless that is too far away.
  nonisolated func admit<Value: Sendable>(
    _ registration: () async throws(WireStatus) -> Value
  ) async throws(WireStatus) -> Admitted<Value> {
    switch await askForTurn() {
    case .later(let span): return .later(span)
    case .turn(let wait):
      let outcome: Result<Value, WireStatus>
      do throws(WireStatus) {
        if wait > .zero {
          do { try await clock.sleep(for: wait) } catch {
            throw WireStatus(.cancelled, "the registration was given up")
          }
        }
        outcome = .success(try await registration())
      } catch {
        outcome = .failure(error)
      }
      await leaveTurn()
      return .done(try outcome.get())
    }
  }

  private func askForTurn() -> Turns.Verdict { turns.ask(at: clock.uptime) }

  private func leaveTurn() { turns.leave() }
}
