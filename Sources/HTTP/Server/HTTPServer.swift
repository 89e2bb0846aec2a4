// SPDX-License-Identifier: Apache-2.0

public import Base
public import Log

/// An HTTP/1.1 server on libmicrohttpd.
///
/// MHD's threads read and write; a request that waits for its handler is suspended there and
/// resumed with the answer, so that handlers are plain async functions on the executor of the
/// caller's choice.
public final class HTTPServer: Sendable {
  /// Where it listens, with the port that the kernel chose if 0 was asked for.
  public let address: String
  private let core: ServerCore

  /// Starts to serve.
  ///
  /// - Throws: `unavailable` if the address can't be had, `badRequest` for a configuration that
  ///   can't work, such as a key that does not fit the certificate.
  public init(
    _ configuration: HTTPServerConfiguration, handler: any HTTPHandler,
    executor: any TaskExecutor, log: Logger, disk: any Disk = SystemDisk()
  ) throws(RoostError) {
    let tls: PEM? =
      if let files = configuration.tls { try PEM(files, disk: disk) } else { nil }
    core = try ServerCore(handler: handler, executor: executor, log: log)
    let listener = try ListenSocket(configuration.address)
    address = listener.address
    let daemon = try Daemon(configuration, listener: listener, tls: tls, core: core)
    do {
      try ServerThread(core: core, daemon: daemon).start()
    } catch {
      daemon.stop()
      throw error
    }
  }

  deinit {
    core.askToStop(grace: .zero)
  }

  /// Takes no new connection or request, gives running requests `grace` to end, then cancels them
  /// and answers 503 in their stead. Returns once every thread of the server has ended.
  public func stop(grace: Duration = .seconds(5)) async {
    await withCheckedContinuation { core.askToStop(grace: grace, $0) }
  }
}
