// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PlumbingTests {
  @Test func anUnknownPathIs404() async throws {
    let api = TestAPI(try TestCloud())
    let answer = await api.send("GET", "/identity/v3/nothing")
    #expect(answer.status == 404)
    #expect(answer.json["error"]?["code"] == 404)
  }
}
