// SPDX-License-Identifier: Apache-2.0

public import Base
import FoundationEssentials

extension Identifier {
  /// The UUID's 16 bytes in order.
  public var uuidBytes: [UInt8] { withUnsafeBytes(of: uuid.uuid) { Array($0) } }

  /// From 16 bytes in order; nil for another count.
  public init?(uuidBytes bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.init(
      UUID(
        uuid: (
          bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
          bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
        )))
  }
}
