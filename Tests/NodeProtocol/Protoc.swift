// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Processes

/// The reference implementation of protobuf, run over the same `.proto` file.
enum Protoc {
  /// Where the schema is.
  static let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/Sources/NodeProtocol/proto"
  static let schema = "\(folder)/node.proto"

  /// The bytes of a message written in protobuf's text format.
  static func encode(_ message: String, _ text: String) throws -> [UInt8] {
    try run("--encode", message, Array(text.utf8))
  }

  /// The text format of a message's bytes. Unknown fields appear as numbers.
  static func decode(_ message: String, _ bytes: [UInt8]) throws -> String {
    String(decoding: try run("--decode", message, bytes), as: UTF8.self)
  }

  private static func run(_ option: String, _ message: String, _ input: [UInt8]) throws -> [UInt8] {
    let escaped = input.map { "\\0" + String($0, radix: 8) }.joined()
    // The child reads from /dev/null, so that the shell feeds protoc.
    let script = "printf %b \"$1\" | protoc \"$2=roost.node.v1.$3\" -I \"$4\" node.proto"
    let child = ChildProcess(
      "/bin/sh", ["-ec", script, "sh", escaped, option, message, folder],
      environment: ["PATH=/usr/bin:/bin"])
    let result = try child.run(timeout: .seconds(60), clock: SystemClock())
    guard result.succeeded else {
      throw RoostError(.internal, "protoc: \(String(decoding: result.errors, as: UTF8.self))")
    }
    return result.output
  }
}
