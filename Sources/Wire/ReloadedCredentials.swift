// SPDX-License-Identifier: Apache-2.0

public import Base
import Lanes
public import Log
import Synchronization

/// Credentials that follow their files: a certificate that is renewed is shown from the next handshake
/// on, and connections that are there go on.
public final class ReloadedCredentials: CredentialSource {
  /// How often the files are looked at.
  public static let interval = Duration.seconds(10)

  private struct State {
    var credentials: TLSCredentials
    var material: TLSMaterial
    /// What was wrong with the files when they were read last; told once.
    var failure: String?
  }

  private let state: Mutex<State>
  private let read: @Sendable () throws(RoostError) -> TLSMaterial
  private let showsAuthority: Bool
  private let lane = Lane(name: "credentials")
  private let clock: any Clock
  private let log: Logger

  /// Reads for the first time. Blocks.
  ///
  /// - Parameters:
  ///   - showsAuthority: see `TLSCredentials`.
  ///   - read: reads the files; may block.
  /// - Throws: what is wrong with them.
  public init(
    showsAuthority: Bool = false, clock: any Clock, log: Logger,
    read: @escaping @Sendable () throws(RoostError) -> TLSMaterial
  ) throws(RoostError) {
    let material = try read()
    let credentials = try TLSCredentials(material, showsAuthority: showsAuthority)
    state = Mutex(State(credentials: credentials, material: material))
    (self.read, self.showsAuthority, self.clock, self.log) = (read, showsAuthority, clock, log)
  }

  deinit { lane.stop() }

  public func current() -> TLSCredentials { state.withLock { $0.credentials } }

  /// What the current credentials are made of.
  public var material: TLSMaterial { state.withLock { $0.material } }

  /// Looks at the files again and again, until the task is cancelled.
  public func follow() async {
    while !Task.isCancelled {
      try? await clock.sleep(for: Self.interval)
      guard !Task.isCancelled else { return }
      await reload()
    }
  }

  /// Takes what the files hold now. Files that are half replaced, or wrong, change nothing.
  public func reload() async {
    do throws(RoostError) {
      let read = read
      let found = try await lane.run("read certificates", timeout: .seconds(10)) {
        () throws(RoostError) in try read()
      }
      guard !found.isSame(as: material) else { return took(nil) }
      let credentials = try TLSCredentials(found, showsAuthority: showsAuthority)
      state.withLock { state in
        state.credentials = credentials
        state.material = found
      }
      took(nil)
      log.info("new connections use the certificate that is now in \(found.source)")
    } catch {
      guard error.kind != .cancelled else { return }
      took("\(error)")
    }
  }

  private func took(_ failure: String?) {
    let isNews = state.withLock { state in
      defer { state.failure = failure }
      return failure != nil && state.failure != failure
    }
    if isNews, let failure {
      log.warning("the certificate that was read last stays in use: \(failure)")
    }
  }
}
