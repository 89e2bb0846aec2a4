// SPDX-License-Identifier: Apache-2.0

extension String {
  /// Undoes the `%XX` of a URL; nil for a broken escape, for NUL, and where no UTF-8 comes out.
  ///
  /// - Parameter plusIsSpace: as in application/x-www-form-urlencoded, which queries are.
  public init?(percentDecoding text: some StringProtocol, plusIsSpace: Bool = false) {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexDigit),
          let low = rest.popFirst().flatMap(hexDigit), high << 4 | low != 0
        else { return nil }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    self.init(validating: bytes, as: UTF8.self)
  }
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
}
