// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import HTTPServer
import Processes

/// Runs blocking work on a thread of its own.
func onThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
  return try await withCheckedThrowingContinuation { continuation in
    let job = Job { continuation.resume(with: Result(catching: work)) }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(job).toOpaque())
    pthread_detach(thread)
  }
}

private final class Job: Sendable {
  let run: @Sendable () -> Void
  init(run: @escaping @Sendable () -> Void) { self.run = run }
}

/// A TCP connection that says exactly what a test wants said.
final class RawClient: Sendable {
  private let descriptor: Int32

  init(_ server: HTTPServer) throws {
    let port = server.address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw RoostError.system("connect", errno: errno) }
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Says there is no more to come, and no interest in an answer.
  func leave() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func send(_ text: String) async throws {
    let descriptor = descriptor
    try await onThread {
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let sent = rest.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent > 0 else { throw RoostError.system("send", errno: errno) }
        rest = rest.dropFirst(sent)
      }
    }
  }

  /// Reads until `text` was seen or the server closes.
  func receive(until text: String? = nil) async throws -> String {
    let descriptor = descriptor
    return try await onThread {
      var all: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0 && errno == EAGAIN { throw RoostError(.deadlineExceeded, "No answer.") }
        guard count > 0 else { return String(decoding: all, as: UTF8.self) }
        all += chunk[..<count]
        let soFar = String(decoding: all, as: UTF8.self)
        if let text, soFar.contains(text) { return soFar }
      }
    }
  }
}

/// Runs curl; returns what it wrote to standard output. `{}` in an argument is the server's URL.
func curl(_ server: HTTPServer, scheme: String = "http", _ arguments: String...) async throws
  -> String
{
  let url = "\(scheme)://\(server.address)"
  return try await shell(
    "/usr/bin/curl", ["-sS", "--max-time", "60"] + arguments.map { $0.replacing("{}", with: url) })
}

/// Runs a program; returns its standard output, or both outputs if it failed.
func shell(_ program: String, _ arguments: [String]) async throws -> String {
  try await onThread {
    let child = ChildProcess(program, arguments)
    let result = try child.run(timeout: .seconds(90), clock: SystemClock())
    let errors = result.succeeded ? [] : result.errors
    return String(decoding: result.output + errors, as: UTF8.self)
  }
}
