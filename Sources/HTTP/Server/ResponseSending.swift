// SPDX-License-Identifier: Apache-2.0

import Base
import CMicroHTTPD
import Glibc
import Log

/// Hands answers to MHD.
enum ResponseSending {
  /// Runs on MHD's threads: opening a file may block. Returns false if MHD took no answer; the
  /// connection must then be closed.
  static func queue(_ response: HTTPResponse, on connection: OpaquePointer, log: Logger) -> Bool {
    var response = response
    var made = make(response.body, log)
    if made == nil {
      response = .unreadable
      made = make(response.body, log)
    }
    guard let made else { return false }
    defer { MHD_destroy_response(made) }
    for header in response.headers where !isServersOwn(header.name) {
      if MHD_add_response_header(made, header.name, header.value) != .YES {
        log.warning("a response header was refused: \(header.name)")
      }
    }
    return MHD_queue_response(connection, UInt32(response.status), made) == .YES
  }

  private static func isServersOwn(_ name: String) -> Bool {
    let name = name.lowercased()
    return name == "content-length" || name == "transfer-encoding"
  }

  private static func make(_ body: HTTPResponse.Body, _ log: Logger) -> OpaquePointer? {
    switch body {
    case .none:
      return MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
    case .bytes(var bytes):
      return bytes.withUnsafeMutableBytes {
        MHD_create_response_from_buffer($0.count, $0.baseAddress, .RESPMEM_MUST_COPY)
      }
    case .file(let path, let size):
      return file(path, size, log)
    }
  }

  /// MHD owns the descriptor from here and sends from it with sendfile(2).
  private static func file(_ path: String, _ size: UInt64, _ log: Logger) -> OpaquePointer? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else {
      log.error("cannot open \(path): \(systemErrorText(errno))")
      return nil
    }
    var info = stat()
    guard fstat(fd, &info) == 0, UInt64(max(0, info.st_size)) >= size,
      let made = MHD_create_response_from_fd64(size, fd)
    else {
      log.error("\(path) holds fewer than the \(size) bytes promised")
      close(fd)
      return nil
    }
    return made
  }
}
