// SPDX-License-Identifier: Apache-2.0

import API
import Base
import HTTPServer
import JSON
import Testing

/// Each service's clients read errors in its own form.
struct FaultTests {
  private let error = RoostError(.notFound, "No such thing.", operator: "secret")

  private func body(_ error: RoostError, _ service: APIService) -> (JSONValue, String, Int) {
    let response = Faults.response(error, service: service)
    guard case .bytes(let bytes) = response.body else { return (.null, "", 0) }
    let text = String(decoding: bytes, as: UTF8.self)
    return ((try? JSONValue(parsing: bytes)) ?? .null, text, response.status)
  }

  @Test func novasFaultIsNamedByItsKind() {
    #expect(
      body(error, .compute).0 == ["itemNotFound": ["code": 404, "message": "No such thing."]])
    for (kind, name) in [
      (RoostError.Kind.badRequest, "badRequest"), (.unauthorized, "unauthorized"),
      (.forbidden, "forbidden"), (.overQuota, "forbidden"), (.notAllowed, "badMethod"),
      (.conflict, "conflictingRequest"), (.tooLarge, "overLimit"), (.internal, "computeFault"),
      (.unavailable, "serviceUnavailable"),
    ] {
      let (json, _, status) = body(RoostError(kind, "x"), .compute)
      #expect(json[name]?["code"]?.int == Int64(status), "\(kind)")
    }
  }

  @Test func theOthersHaveTheirOwn() {
    #expect(
      body(error, .identity).0
        == ["error": ["code": 404, "message": "No such thing.", "title": "Not Found"]])
    #expect(
      body(error, .network).0 == [
        "NeutronError": ["type": "HTTPNotFound", "message": "No such thing.", "detail": ""]
      ])
    #expect(
      body(error, .placement).0 == [
        "errors": [["status": 404, "title": "Not Found", "detail": "No such thing."]]
      ])
    #expect(body(error, .image).1.contains("<h1>404 Not Found</h1>"))
  }

  @Test func quotaIs403AndNeutrons409() {
    let error = RoostError(.overQuota, "x")
    #expect(body(error, .compute).2 == 403)
    #expect(body(error, .network).2 == 409)
    #expect(body(error, .network).0["NeutronError"]?["type"] == "OverQuota")
  }

  @Test func noFormShowsWhatIsForTheOperator() {
    for service in APIService.allCases {
      for kind in RoostError.Kind.allCases {
        let (_, text, status) = body(
          RoostError(kind, "user", operator: "secret", cause: error), service)
        #expect(!text.contains("secret") && text.contains("user"), "\(service) \(kind)")
        #expect(status >= 400)
      }
    }
  }
}
