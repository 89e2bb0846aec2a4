// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Cloud

struct PublicKeyTests {
  // Made by ssh-keygen -t ed25519; the fingerprint is what `ssh-keygen -E md5 -l` prints for it.
  private static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB1hZ3m0lpWcWYnVhBzqjFoLYFc6gAdQRDrRPKjSDUZf ada@laptop"

  @Test func aKeyIsKeptWithItsFingerprint() throws {
    let key = try PublicKey("  \(Self.key)\r\n")
    #expect(key.text == Self.key)
    #expect(key.fingerprint.split(separator: ":").count == 16)
    #expect(key.fingerprint == "46:7b:13:a7:84:2e:e4:54:e0:83:05:d1:43:2a:c2:18")
    // The comment may be absent or have blanks.
    let bare = Self.key.split(separator: " ").prefix(2).joined(separator: " ")
    #expect(try PublicKey(bare).fingerprint == key.fingerprint)
    #expect(try PublicKey(bare + " a b c").text == bare + " a b c")
  }

  @Test(arguments: [
    "", "ssh-ed25519", "ssh-ed25519 !!!!", "ssh-dss AAAA", "ssh-ed25519 AAAA",
    "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIB1hZ3m0lpWcWYnVhBzqjFoLYFc6gAdQRDrRPKjSDUZf",
    "\(key)\n\(key)", "command=\"x\" \(key)", "\(key)\u{1}",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
  ])
  func whatIsNoPublicKeyIsRefused(text: String) {
    let error = #expect(throws: RoostError.self) { try PublicKey(text) }
    #expect(error?.kind == .badRequest && error?.field == "keypair.public_key")
    #expect(error?.user.hasPrefix("Keypair data is invalid: ") == true)
  }
}
