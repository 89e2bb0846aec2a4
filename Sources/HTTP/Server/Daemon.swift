// SPDX-License-Identifier: Apache-2.0

import Base
import CMicroHTTPD
import Glibc
import Log
import Synchronization

/// A running MHD daemon with what it borrows: listening socket, logger, key material.
final class Daemon: Sendable {
  private nonisolated(unsafe) let handle: OpaquePointer
  private nonisolated(unsafe) let logger: UnsafeMutablePointer<roost_http_logger>
  private let listener: ListenSocket
  private let reports: Reports

  /// What MHD says, kept for the error of a failed start.
  final class Reports: Sendable {
    let last = Mutex("")
    let core: ServerCore
    init(core: ServerCore) { self.core = core }
  }

  init(
    _ configuration: HTTPServerConfiguration, listener: ListenSocket, tls: PEM?, core: ServerCore
  )
    throws(RoostError)
  {
    let reports = Reports(core: core)
    let logger = UnsafeMutablePointer<roost_http_logger>.allocate(capacity: 1)
    logger.initialize(
      to: roost_http_logger(
        log: { context, text in
          guard let context, let text else { return }
          Unmanaged<Reports>.fromOpaque(context).takeUnretainedValue().take(String(cString: text))
        }, context: Unmanaged.passUnretained(reports).toOpaque()))

    var flags =
      MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
      | MHD_USE_ERROR_LOG.rawValue
    if tls != nil { flags |= MHD_USE_TLS.rawValue }
    let handle = Self.options(configuration, listener, tls, core) { options in
      roost_http_start(
        flags, answerRequest, Unmanaged.passUnretained(core).toOpaque(), options, logger)
    }
    guard let handle else {
      logger.deallocate()
      close(listener.descriptor)
      let said = reports.last.withLock { $0 }
      throw RoostError(
        .badRequest, "The HTTP server on \(listener.address) cannot start: \(said)")
    }
    self.handle = handle
    self.logger = logger
    self.listener = listener
    self.reports = reports
  }

  /// Takes no further connections.
  func quiesce() {
    _ = MHD_quiesce_daemon(handle)
  }

  /// Closes all connections; blocks until MHD's threads have ended. Call once.
  func stop() {
    MHD_stop_daemon(handle)
    close(listener.descriptor)
    logger.deallocate()
  }

  private static func options<Result>(
    _ configuration: HTTPServerConfiguration, _ listener: ListenSocket, _ tls: PEM?,
    _ core: ServerCore, _ body: (UnsafeMutablePointer<MHD_OptionItem>) -> Result
  ) -> Result {
    let context = Unmanaged.passUnretained(core).toOpaque()
    var items: [MHD_OptionItem] = [
      item(.LISTEN_SOCKET, Int(listener.descriptor)),
      item(.THREAD_POOL_SIZE, Int(max(2, configuration.threads))),
      item(.CONNECTION_LIMIT, Int(configuration.connectionLimit)),
      item(.PER_IP_CONNECTION_LIMIT, Int(configuration.connectionLimitPerPeer)),
      item(.CONNECTION_TIMEOUT, Int(configuration.idleTimeout)),
      item(.CONNECTION_MEMORY_LIMIT, configuration.headLimit),
      // Refuse what leaves a message's end in doubt.
      item(.STRICT_FOR_CLIENT, 1),
      item(.URI_LOG_CALLBACK, unsafeBitCast(openExchange, to: Int.self), context),
      item(.NOTIFY_COMPLETED, unsafeBitCast(closeExchange, to: Int.self), context),
    ]
    var texts: [UnsafeMutablePointer<CChar>?] = []
    defer { for text in texts { free(text) } }
    if let tls {
      let priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
      texts = [strdup(tls.key), strdup(tls.certificate), strdup(priorities)]
      items.append(item(.HTTPS_MEM_KEY, 0, texts[0]))
      items.append(item(.HTTPS_MEM_CERT, 0, texts[1]))
      items.append(item(.HTTPS_PRIORITIES, 0, texts[2]))
    }
    items.append(item(.END, 0))
    return body(&items)
  }

  private static func item(
    _ option: MHD_OPTION, _ value: Int, _ pointer: UnsafeMutableRawPointer? = nil
  ) -> MHD_OptionItem {
    MHD_OptionItem(option: option, value: value, ptr_value: pointer)
  }
}

extension Daemon.Reports {
  fileprivate func take(_ text: String) {
    last.withLock { $0 = text }
    core.log.debug("libmicrohttpd: \(text)")
  }
}

/// The texts of a certificate chain and its key.
struct PEM {
  let certificate: String
  let key: String

  init(_ files: HTTPServerConfiguration.TLSFiles, disk: any Disk) throws(RoostError) {
    certificate = try Self.text(files.certificatePath, disk)
    key = try Self.text(files.keyPath, disk)
  }

  private static func text(_ path: String, _ disk: any Disk) throws(RoostError) -> String {
    guard let bytes = try disk.read(path, limit: 1 << 20) else {
      throw RoostError(.notFound, "The TLS file \(path) does not exist.")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

// MARK: Called by MHD

/// The request's first line is read; what this returns comes back with every further call.
private let openExchange:
  @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) ->
    UnsafeMutableRawPointer? = { context, uri, connection in
      guard let context, let uri, let connection else { return nil }
      let core = Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
      let exchange = Exchange(
        target: String(cString: uri), number: core.nextNumber(), connection: connection, core: core)
      return Unmanaged.passRetained(exchange).toOpaque()
    }

private let answerRequest: MHD_AccessHandlerCallback = {
  _, _, _, method, _, data, size, pointer in
  guard let method, let size, let context = pointer?.pointee else { return .NO }
  let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  if !exchange.hasHead {
    return exchange.headRead(method: String(cString: method)) ? .YES : .NO
  }
  guard size.pointee > 0 else { return exchange.bodyEnded() ? .YES : .NO }
  let piece = UnsafeRawBufferPointer(start: data, count: size.pointee)
  guard let taken = exchange.bodyArrived(piece) else { return .NO }
  size.pointee -= taken
  return .YES
}

private let closeExchange:
  @convention(c) (
    UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    MHD_RequestTerminationCode
  ) -> Void = { _, _, pointer, _ in
    guard let context = pointer?.pointee else { return }
    pointer?.pointee = nil
    Unmanaged<Exchange>.fromOpaque(context).takeRetainedValue().closed()
  }
