// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import Testing

@Suite struct CryptoTests {
  private let key = Secret<[UInt8]>(Array(0..<32))

  // The values are those of md5sum, sha256sum and sha512sum.
  @Test func digestsAreTheStandardOnes() throws {
    let abc = Array("abc".utf8)
    #expect(try Digest.hex(.md5, abc) == "900150983cd24fb0d6963f7d28e17f72")
    #expect(
      try Digest.hex(.sha256, abc)
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      try Digest.hex(.sha512, abc)
        == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
    #expect(try Digest.hex(.md5, []) == "d41d8cd98f00b204e9800998ecf8427e")
  }

  @Test func aDigestDoesNotDependOnThePieces() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    let digest = try Digest(.sha512)
    for start in stride(from: 0, to: bytes.count, by: 777) {
      digest.update(Array(bytes[start..<min(start + 777, bytes.count)]))
    }
    let whole = try Digest.hex(.sha512, bytes)
    #expect(digest.finishHex() == whole)
    digest.update([1])
    #expect(digest.finishHex() == whole)
  }

  // The value is that of Python's hashlib.blake2b(b"abc", key=bytes(range(32)), digest_size=32).
  @Test func theKeyedHashIsBLAKE2b() throws {
    let hash = try KeyedHash(key: key)
    let code = hash.mac(Array("abc".utf8))
    #expect(code.hexText == "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f")
    #expect(hash.verify(code, of: Array("abc".utf8)))
    #expect(!hash.verify(code, of: Array("abd".utf8)))
    #expect(!hash.verify(Array(code.dropLast()), of: Array("abc".utf8)))
    #expect(throws: RoostError.self) { try KeyedHash(key: Secret([1, 2, 3])) }
  }

  @Test func aSealedValueOpensOnlyWholeAndInItsContext() throws {
    let box = try SealedBox(key: key)
    for plain in [[], Array("a token".utf8)] {
      let sealed = box.seal(plain, context: [1], randomness: SystemRandomness())
      #expect(sealed.count == plain.count + SealedBox.overhead)
      #expect(try box.open(sealed, context: [1]) == plain)
      #expect(throws: RoostError.self) { try box.open(sealed, context: [2]) }
      for place in sealed.indices {
        var damaged = sealed
        damaged[place] ^= 1
        #expect(throws: RoostError.self) { try box.open(damaged, context: [1]) }
      }
      for count in 0..<sealed.count {
        #expect(throws: RoostError.self) { try box.open(Array(sealed[..<count]), context: [1]) }
      }
      let other = try SealedBox(key: Secret([UInt8](repeating: 7, count: 32)))
      #expect(throws: RoostError.self) { try other.open(sealed, context: [1]) }
    }
    #expect(throws: RoostError.self) { try SealedBox(key: Secret([1])) }
  }

  @Test func base64GoesBothWays() {
    let bytes: [UInt8] = [0xFB, 0xFF, 0xFE, 0x00, 0x41]
    #expect(Base64.url.encode(bytes) == "-__-AEE")
    #expect(Base64.standard.encode(bytes) == "+//+AEE=")
    for count in 0..<20 {
      let some = [UInt8](repeating: 0xA7, count: count)
      #expect(Base64.url.decode(Base64.url.encode(some)) == some)
      #expect(Base64.standard.decode(Base64.standard.encode(some)) == some)
    }
    #expect(Base64.standard.decode("+//+\r\nAEE=\n") == bytes)
    for bad in ["-__-AE!", "-__-AEE=", "a", "+//+AEE"] { #expect(Base64.url.decode(bad) == nil) }
  }
}
