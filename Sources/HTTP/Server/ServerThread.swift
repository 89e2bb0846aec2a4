// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import CMicroHTTPD
import Glibc

/// The server's own thread: reports peers that left, and in the end stops MHD, which blocks.
final class ServerThread: Sendable {
  private let core: ServerCore
  private let daemon: Daemon

  init(core: ServerCore, daemon: Daemon) {
    self.core = core
    self.daemon = daemon
  }

  /// Starts the thread, which keeps this object until it ends.
  func start() throws(RoostError) {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context {
          Unmanaged<ServerThread>.fromOpaque(context).takeRetainedValue().run()
        }
        return nil
      }, this.toOpaque())
    guard code == 0 else {
      this.release()
      throw .system("pthread_create", errno: code)
    }
    pthread_detach(thread)
  }

  private func run() {
    roost_name_thread("http-watch")
    while core.grace == nil { report(-1) }
    daemon.quiesce()
    waitForExchanges(core.grace ?? .zero)
    for exchange in core.current { exchange.cancel() }
    waitForExchanges(.seconds(1))
    // MHD_stop_daemon must not meet a suspended connection, nor may one be suspended after this.
    for exchange in core.current { exchange.stop() }
    waitForExchanges(.seconds(1))
    daemon.stop()
    core.stopped()
  }

  private func report(_ milliseconds: Int32) {
    for token in core.watch.wait(milliseconds: milliseconds) { core.exchange(token)?.peerLeft() }
  }

  private func waitForExchanges(_ span: Duration) {
    let end = roost_boottime_ns() + UInt64(max(0, span.microseconds)) * 1000
    while !core.current.isEmpty {
      let now = roost_boottime_ns()
      guard now < end else { return }
      report(Int32(clamping: (end - now) / 1_000_000 + 1))
    }
  }
}
