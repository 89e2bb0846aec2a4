// SPDX-License-Identifier: Apache-2.0

/// The habits of a run's clients, drawn from its seed: what one habit never reaches another does.
struct Workload: Sendable {
  /// Between one request of a tenant and the next, on average.
  let pause: Duration
  /// So many servers of one image a tenant asks for in a row, at most.
  let burst: Int
  /// Between one new image and the next, on average; nil where there are none.
  let imagePause: Duration?

  init(seed: UInt64) {
    let draws = Draws(seed: seed, purpose: "workload")
    pause = .seconds(draws.chance(1, of: 3) ? 60 : draws.octave(8...60))
    burst = draws.chance(1, of: 3) ? 1 : draws.number(2...6)
    imagePause = draws.chance(1, of: 3) ? nil : .seconds(draws.octave(16...255))
  }
}
