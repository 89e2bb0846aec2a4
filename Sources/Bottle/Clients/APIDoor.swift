// SPDX-License-Identifier: Apache-2.0

import API
import Base
import HTTPServer
import JSON
import Simulation
import Synchronization

/// The way from clients to whichever controller serves the API now, with what can go wrong on it.
///
/// HTTP itself is not simulated: a request reaches the handler as the server would hand it over. It may
/// get lost, the answer may, and a controller that dies takes what it had not answered with it.
final class APIDoor: Sendable {
  /// What clients take for the listener.
  static let root = "http://controller:8770"

  private struct State {
    var handler: APIHandler?
    var process: SimulatedProcess?
    var weather = Weather()
    var randomness: SeededRandomness
  }

  /// What befalls requests and answers.
  struct Weather: Sendable {
    /// Of a thousand of either kind so many are lost.
    var lossPermille: UInt64 = 0
    /// How long either takes.
    var delay = Duration.microseconds(100)...Duration.microseconds(500)
  }

  private let timeline: Timeline
  private let state: Mutex<State>

  init(_ timeline: Timeline, seed: UInt64) {
    self.timeline = timeline
    state = Mutex(State(randomness: SeededRandomness(seed: seed)))
  }

  /// How requests and answers fare from now on.
  func setWeather(_ weather: Weather) { state.withLock { $0.weather = weather } }

  /// A controller begins to serve, in place of an earlier one.
  func open(_ handler: APIHandler, by process: SimulatedProcess) {
    state.withLock { ($0.handler, $0.process) = (handler, process) }
  }

  /// Whether a controller serves.
  var isOpen: Bool { state.withLock { $0.process?.isAlive ?? false } }

  /// Sends a request and waits for what comes of it, so long at most.
  func send(_ request: APIRequest, patience: Duration) async -> APIAnswer {
    await withUnsafeContinuation { continuation in
      let once = Once(continuation)
      timeline.after(patience) { once.give(.timedOut) }
      guard let delay = passage() else { return }
      timeline.after(delay) { [self] in arrive(request, once) }
    }
  }

  private func arrive(_ request: APIRequest, _ once: Once) {
    let (handler, process) = state.withLock { ($0.handler, $0.process) }
    guard let handler, let process, process.isAlive else { return once.give(.refused) }
    process.start { [self] in
      let response = await handler.respond(to: request.head, body: request.body)
      // The kernel of a killed controller sends nothing that was not written.
      guard process.isAlive, let delay = passage() else { return }
      timeline.after(delay) { once.give(.answered(response)) }
    }
  }

  /// How long the next message is under way; nil if it is lost.
  private func passage() -> Duration? {
    state.withLock { state in
      let weather = state.weather
      guard state.randomness.number(below: 1000) >= weather.lossPermille else { return nil }
      let width = (weather.delay.upperBound - weather.delay.lowerBound).microseconds
      return weather.delay.lowerBound
        + .microseconds(Int64(state.randomness.number(below: UInt64(width) + 1)))
    }
  }
}

/// What came of a request.
enum APIAnswer: Sendable {
  case answered(HTTPResponse)
  /// Nobody listened: nothing was done.
  case refused
  /// Nothing came back: it may have been done, or may yet be.
  case timedOut
}

/// Resumes a continuation the first time only.
private final class Once: Sendable {
  private let waiting: Mutex<UnsafeContinuation<APIAnswer, Never>?>

  init(_ continuation: UnsafeContinuation<APIAnswer, Never>) { waiting = Mutex(continuation) }

  func give(_ answer: APIAnswer) {
    let continuation = waiting.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
    continuation?.resume(returning: answer)
  }
}
