// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The text up to the buffer's first zero, as C calls leave it; what is no UTF-8 is replaced.
  public init(upToZero buffer: [CChar]) {
    self.init(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
