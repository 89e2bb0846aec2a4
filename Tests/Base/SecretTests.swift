// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@Suite struct SecretTests {
  @Test func printsStarsEverywhere() {
    struct Holder { let password: Secret<String> }
    let secret = Secret("hunter2")
    #expect("\(secret)" == "***")
    #expect(String(reflecting: secret) == "***")
    var dumped = ""
    dump(Holder(password: secret), to: &dumped)
    #expect(!dumped.contains("hunter2"))
    #expect(secret.exposed == "hunter2")
  }
}
