// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto

/// An OpenSSH public key, checked: `type base64 comment` on one line.
struct PublicKey {
  /// The key as it is kept: without line ends around it.
  let text: String
  /// MD5 of the key's bytes in colon-separated hex; what Nova and `ssh-keygen -E md5 -l` print.
  let fingerprint: String

  private static let types = [
    "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
  ]

  init(_ given: String) throws(RoostError) {
    let line = given.trimmed()
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
    guard words.count >= 2, !line.utf8.contains(where: { $0 < 0x20 }) else {
      throw .badKey("expected `type base64 comment` on one line")
    }
    let type = String(words[0])
    guard Self.types.contains(type) else {
      throw .badKey("the type \(type.prefix(40)) is none of \(Self.types.joined(separator: ", "))")
    }
    guard let bytes = Base64.standard.decode(String(words[1])) else {
      throw .badKey("the second word is not base64")
    }
    // RFC 4253, 6.6: the bytes begin with the type's name as a length-prefixed string.
    let name = Array(type.utf8)
    guard bytes.count > name.count + 8,
      bytes[..<4].reduce(0, { $0 << 8 | Int($1) }) == name.count,
      Array(bytes[4..<4 + name.count]) == name
    else { throw .badKey("the encoded key is not of type \(type)") }
    text = line
    fingerprint = try Digest.hex(.md5, bytes).hexPairs
  }
}

extension RoostError {
  fileprivate static func badKey(_ why: String) -> RoostError {
    RoostError(
      .badRequest, "Keypair data is invalid: \(why).", field: "keypair.public_key")
  }
}

extension String {
  fileprivate func trimmed() -> String {
    let isSpace = { (character: Character) in character.isWhitespace || character.isNewline }
    var text = self[...]
    while let last = text.last, isSpace(last) { text.removeLast() }
    while let first = text.first, isSpace(first) { text.removeFirst() }
    return String(text)
  }

  /// `aabb…` as `aa:bb:…`.
  fileprivate var hexPairs: String {
    var pairs = ""
    for (place, digit) in enumerated() {
      if place > 0, place % 2 == 0 { pairs.append(":") }
      pairs.append(digit)
    }
    return pairs
  }
}
