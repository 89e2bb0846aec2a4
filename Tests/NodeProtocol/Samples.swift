// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing

/// A message as Swift has it and as protobuf's text format writes it.
struct Sample: Sendable, CustomTestStringConvertible {
  let message: String
  let text: String
  let bytes: [UInt8]
  /// Whether decoding gives the Swift value again.
  let reads: @Sendable ([UInt8]) throws -> Bool
  /// What is left after a passage through the Swift type.
  let passed: @Sendable ([UInt8]) throws -> [UInt8]

  init<M: Message>(_ name: String, _ text: String, _ value: M) {
    message = name
    self.text = text
    bytes = value.encoded
    reads = { try M(decoding: $0) == value }
    passed = { try M(decoding: $0).encoded }
  }

  var testDescription: String { message }
}

/// A message with some of its fields set.
func made<M: Message>(_ set: (inout M) -> Void) -> M {
  var message = M()
  set(&message)
  return message
}

/// An id whose bytes are all `byte`, in Swift and in text format.
func id<Tag>(_ byte: UInt8) -> Identifier<Tag> {
  let digits = String(byte, radix: 16)
  return Identifier(String(repeating: digits.count == 1 ? "0\(digits)" : digits, count: 16))
    ?? .zero
}

func idText(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 8)
  let escape = "\\" + String(repeating: "0", count: 3 - digits.count) + digits
  return "\"" + String(repeating: escape, count: 16) + "\""
}

let generation = Generation(epoch: 2, number: 1 << 40)
let generationText = "generation { epoch: 2 number: 1099511627776 }"
