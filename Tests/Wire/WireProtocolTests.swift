// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Wire

@Suite struct WireProtocolTests {
  /// Everything one end sends, as one run of bytes.
  func sent(_ actions: [WireProtocol.Action]) -> [UInt8] {
    actions.reduce(into: []) { bytes, action in
      if case .send(let more) = action { bytes += more }
    }
  }

  func others(_ actions: [WireProtocol.Action]) -> [WireProtocol.Action] {
    actions.filter { action in
      if case .send = action { false } else { true }
    }
  }

  func pair() -> (WireProtocol, WireProtocol) {
    var dialler = WireProtocol(dialled: true, software: "a/1")
    var acceptor = WireProtocol(dialled: false, software: "b/1")
    _ = acceptor.receive(sent(dialler.begin()))
    _ = dialler.receive(sent(acceptor.begin()))
    return (dialler, acceptor)
  }

  /// `#require` can't call what mutates.
  func began(
    _ end: inout WireProtocol, _ call: (method: String, request: [UInt8], milliseconds: UInt32)
  ) throws -> (stream: UInt32, actions: [WireProtocol.Action]) {
    let begun = end.call(call.method, call.request, milliseconds: call.milliseconds)
    return try #require(begun)
  }

  @Test func callsAndRepliesAtEverySplit() throws {
    var (dialler, acceptor) = pair()
    let call = try began(&dialler, ("s/M", [1, 2, 3], 500))
    let bytes = sent(call.actions)
    for split in 0...bytes.count {
      var end = acceptor
      let actions = end.receive(bytes[..<split]) + end.receive(bytes[split...])
      #expect(
        actions == [
          .serve(stream: 1, method: "s/M", request: [1, 2, 3], milliseconds: 500)
        ])
    }
    _ = acceptor.receive(bytes)
    let reply = sent(acceptor.reply(1, [9]))
    for split in 0...reply.count {
      var end = dialler
      let actions = end.receive(reply[..<split]) + end.receive(reply[split...])
      #expect(actions == [.complete(stream: 1, reply: [9])])
    }
  }

  @Test func bothEndsMayCall() throws {
    var (dialler, acceptor) = pair()
    let call = try began(&acceptor, ("x/Y", [], 1))
    #expect(call.stream == 2)
    let served = dialler.receive(sent(call.actions))
    #expect(served == [.serve(stream: 2, method: "x/Y", request: [], milliseconds: 1)])
    let status = WireStatus(.notFound, "none")
    let refusal = sent(dialler.refuse(2, status))
    #expect(acceptor.receive(refusal) == [.fail(stream: 2, status)])
  }

  @Test func carriesMessagesLargerThanAFrame() throws {
    var (dialler, acceptor) = pair()
    let message = (0..<(Frame.maximumPayload * 3 + 5)).map { UInt8(truncatingIfNeeded: $0) }
    let call = try began(&dialler, ("s/M", message, 1))
    let actions = acceptor.receive(sent(call.actions))
    #expect(
      actions == [.serve(stream: 1, method: "s/M", request: message, milliseconds: 1)])
  }

  @Test func refusesMessagesOverTheLimitAndGoesOn() throws {
    var (dialler, acceptor) = pair()
    let large = [UInt8](repeating: 0, count: WireProtocol.maximumMessage + 1)
    let call = try began(&dialler, ("s/M", large, 1))
    let actions = acceptor.receive(sent(call.actions))
    #expect(others(actions).isEmpty)
    guard case .fail(1, let status) = dialler.receive(sent(actions)).first else {
      Issue.record("the call did not fail")
      return
    }
    #expect(status.code == .resourceExhausted)
    let next = try began(&dialler, ("s/M", [1], 1))
    #expect(others(acceptor.receive(sent(next.actions))).count == 1)
  }

  @Test func cancellationReachesTheServer() throws {
    var (dialler, acceptor) = pair()
    let call = try began(&dialler, ("s/M", [], 1))
    _ = acceptor.receive(sent(call.actions))
    let status = WireStatus(.cancelled, "enough")
    let given = dialler.cancel(call.stream, status)
    #expect(others(given) == [.fail(stream: 1, status)])
    #expect(acceptor.receive(sent(given)) == [.abandon(stream: 1)])
    // The reply crossed the cancellation: neither end minds.
    #expect(acceptor.reply(1, [1]).isEmpty)
    #expect(dialler.cancel(call.stream, status).isEmpty)
  }

  @Test(arguments: [
    [0x52, 0x4F, 0x4F, 0x53, 0x54, 1],  // a wrong sixth byte
    Array("GET / HTTP/1.1\r\n".utf8),
    [0x52, 0x4F, 0x4F, 0x53, 0x54, 0, 0, 99, 0],  // version 99
  ])
  func refusesWhatIsNoPreface(_ bytes: [UInt8]) {
    var end = WireProtocol(dialled: false, software: "b/1")
    guard case .end(let reason)? = end.receive(bytes).last else {
      Issue.record("still open")
      return
    }
    #expect(reason.contains("violation"))
  }

  @Test(
    arguments: [
      [0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 1],  // a length of 4 GiB
      [0, 0, 0, 0, 77, 0, 0, 0, 0, 1],  // a type that does not exist
      [0, 0, 0, 0, 2, 0, 0, 0, 0, 9],  // data for a stream never opened
      [0, 0, 0, 0, 1, 0, 0, 0, 0, 2],  // a stream of the wrong parity
      [0, 0, 0, 1, 5, 0, 0, 0, 0, 0, 1],  // a short ping
      [0, 0, 0, 6, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 9],  // a method longer than its frame
    ] as [[UInt8]])
  func endsOnAViolation(_ bytes: [UInt8]) {
    var (_, acceptor) = pair()
    let actions = acceptor.receive(bytes)
    guard case .end(let reason)? = actions.last else {
      Issue.record("still open")
      return
    }
    #expect(reason.contains("violation"))
    #expect(acceptor.receive([1, 2, 3]).isEmpty)
  }

  @Test func answersPings() {
    var (dialler, acceptor) = pair()
    let answer = acceptor.receive(sent(dialler.ping()))
    #expect(others(dialler.receive(sent(answer))).isEmpty)
    #expect(!sent(answer).isEmpty)
  }

  @Test func failsWhatIsUnderWayWhenTheConnectionEnds() throws {
    var (dialler, acceptor) = pair()
    let call = try began(&dialler, ("s/M", [], 1))
    _ = acceptor.receive(sent(call.actions))
    let lost = dialler.lost("cable cut")
    guard case .fail(1, let status)? = lost.first else {
      Issue.record("the call hangs")
      return
    }
    #expect(status.code == .unavailable)
    #expect(others(acceptor.lost("cable cut")) == [.abandon(stream: 1), .end(reason: "cable cut")])
    #expect(dialler.call("s/M", [], milliseconds: 1) == nil)
  }
}
