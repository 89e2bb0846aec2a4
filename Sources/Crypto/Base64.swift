// SPDX-License-Identifier: Apache-2.0

import CSodium

/// The two alphabets of RFC 4648.
public enum Base64: Sendable {
  /// `+` and `/`, padded.
  case standard
  /// `-` and `_`, without padding: for tokens and paths.
  case url

  /// Bytes as text.
  public func encode(_ bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: sodium_base64_encoded_len(bytes.count, variant))
    sodium_bin2base64(&text, text.count, bytes, bytes.count, variant)
    return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Text as bytes; nil for anything that `encode` does not make. White space between digits is
  /// passed over in the standard alphabet, where mail-minded encoders break lines.
  public func decode(_ text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        var bytes = [UInt8](repeating: 0, count: characters.count / 4 * 3 + 3)
        var count = 0
        let passedOver = self == .standard ? " \n\r\t" : nil
        let code = sodium_base642bin(
          &bytes, bytes.count, characters.baseAddress, characters.count, passedOver, &count, nil,
          variant)
        return code == 0 ? Array(bytes[..<count]) : nil
      }
    }
  }

  private var variant: Int32 {
    switch self {
    case .standard: sodium_base64_VARIANT_ORIGINAL
    case .url: sodium_base64_VARIANT_URLSAFE_NO_PADDING
    }
  }
}
