// SPDX-License-Identifier: Apache-2.0

/// The payload of `open`: milliseconds left (4), 0 for no deadline; the method's name behind its
/// length (1); metadata to the end.
struct CallHead: Hashable, Sendable {
  var milliseconds: UInt32
  var method: String
  var metadata = WireMetadata()

  func encode(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: milliseconds)
    bytes.append(short: method)
    metadata.encode(into: &bytes)
  }

  init(milliseconds: UInt32, method: String, metadata: WireMetadata = WireMetadata()) {
    self.milliseconds = milliseconds
    self.method = method
    self.metadata = metadata
  }

  init(_ payload: ArraySlice<UInt8>, metadataLimit: Int) throws(ProtocolViolation) {
    var reader = PayloadReader(payload, of: "an open frame")
    milliseconds = try reader.number(UInt32.self)
    method = try reader.shortText()
    metadata = try WireMetadata(from: &reader, limit: metadataLimit)
  }
}
