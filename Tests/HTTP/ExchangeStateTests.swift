// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import HTTPServer

@Suite struct ExchangeStateTests {
  private func arrives(_ state: inout ExchangeState, _ count: Int) -> ExchangeState.AfterPiece {
    [UInt8](repeating: 1, count: count).withUnsafeBytes { state.received($0) }
  }

  @Test func aStreamParksWhenUnreadAndGoesOnWhenRead() {
    var state = ExchangeState()
    guard case .begin = state.planned(.stream, announced: .unknown, expectsContinue: false) else {
      Issue.record("should begin")
      return
    }
    guard case .wait = state.read() else {
      Issue.record("should wait")
      return
    }
    #expect(arrives(&state, ExchangeState.unreadLimit) == .taken)
    #expect(arrives(&state, 1) == .park)
    guard case .piece(let piece, resume: true) = state.read() else {
      Issue.record("should hand over and resume")
      return
    }
    #expect(piece.count == ExchangeState.unreadLimit)
    #expect(arrives(&state, 1) == .taken)
    guard case .park = state.ended() else {
      Issue.record("should wait for the answer")
      return
    }
    guard case .piece(_, resume: false) = state.read(), case .end = state.read() else {
      Issue.record("should hand over the rest and end")
      return
    }
    let resumes = state.finished(HTTPResponse(status: 200))
    #expect(resumes)
    guard case .answer(let answer) = state.ended() else {
      Issue.record("should answer")
      return
    }
    #expect(answer.status == 200)
  }

  @Test func nothingParksOnceTheServerStops() {
    var state = ExchangeState()
    _ = state.planned(.stream, announced: .unknown, expectsContinue: false)
    let resumes = state.stop()
    #expect(!resumes)
    #expect(arrives(&state, ExchangeState.unreadLimit) == .taken)
    #expect(arrives(&state, 1) == .hangUp)
    guard case .answer(let answer) = state.ended() else {
      Issue.record("should answer")
      return
    }
    #expect(answer.status == 503)
  }

  @Test func anAnswerAfterTheEndIsDropped() {
    var state = ExchangeState()
    _ = state.planned(.collect(limit: 1), announced: .none, expectsContinue: false)
    guard case .begin = state.ended() else {
      Issue.record("should begin")
      return
    }
    state.closed()
    let resumes = state.finished(HTTPResponse(status: 200))
    #expect(!resumes)
    #expect(arrives(&state, 1) == .hangUp)
  }

  @Test func anUnwantedBodyIsDroppedOnlySoFar() {
    var state = ExchangeState()
    _ = state.planned(.stream, announced: .unknown, expectsContinue: false)
    _ = state.finished(HTTPResponse(status: 413))
    for _ in 0..<64 { #expect(arrives(&state, 1 << 20) == .taken) }
    #expect(arrives(&state, 1) == .hangUp)
  }

  @Test func aLargeRefusedBodyIsNotReadAtAll() {
    for (announced, expects, early) in [
      (ExchangeState.Announced.bytes(100), false, false), (.bytes(100), true, true),
      (.bytes(1 << 30), false, true), (.unknown, false, true), (.none, false, false),
    ] {
      var state = ExchangeState()
      let step = state.planned(
        .refuse(HTTPResponse(status: 401)), announced: announced, expectsContinue: expects)
      if case .answer = step { #expect(early) } else { #expect(!early) }
    }
  }

  @Test(arguments: [
    ("/a", "/a", []), ("/a?", "/a", []), ("/a?b", "/a", ["b="]), ("/a?b=", "/a", ["b="]),
    ("/a?b=c=d&&e=%41", "/a", ["b=c=d", "e=A"]), ("/%2f?%26=%3D+", "/%2f", ["&== "]),
    ("/a?b?c", "/a", ["b?c="]),
  ])
  func aTargetIsSplitAndItsQueryDecoded(target: String, path: String, query: [String]) throws {
    let parsed = try #require(RequestTarget(target))
    #expect(parsed.path == path)
    #expect(parsed.query.map { "\($0.name)=\($0.value)" } == query)
  }
}
