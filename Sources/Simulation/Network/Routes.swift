// SPDX-License-Identifier: Apache-2.0

import Base

/// What the ways between machines do to what travels on them: weather, cuts, and the chance that decides.
struct Routes {
  /// What becomes of a segment.
  enum Fate {
    case lost
    /// It arrives so many nanoseconds later, out of turn or not; and perhaps once more.
    case arrives(after: UInt64, outOfTurn: Bool, again: UInt64?)
  }

  /// One way, and what its weather was when that was looked up last.
  struct Way {
    let from: String
    let to: String
    fileprivate var revision = 0
    fileprivate var shortest: UInt64 = 0
    fileprivate var span: UInt64 = 0
    fileprivate var weather = Weather()
    /// Whether nothing can go wrong on it.
    fileprivate(set) var isCalm = false

    init(from: String, to: String) {
      self.from = from
      self.to = to
    }
  }

  /// A segment that is held up is so for at most so long beyond what others may take.
  private static let longestHold: UInt64 = 5_000_000
  /// A machine's way to itself.
  private static let loopback = Weather(delay: .microseconds(10)...(.microseconds(40)))

  private var chance: SplitMix64
  private let usual: Weather
  /// By number, which counts up: what began first comes first.
  private var spells: [(number: Int, region: Region, weather: Weather)] = []
  private var cuts: [String: Set<CutDirection>] = [:]
  /// Counts changes, so that ways know when what they know is old.
  private var revision = 1
  private var lastSpell = 0

  init(seed: UInt64, usual: Weather) {
    chance = SplitMix64(seed: seed)
    self.usual = usual
  }

  mutating func begin(_ weather: Weather, in region: Region) -> Int {
    lastSpell += 1
    spells.append((lastSpell, region, weather))
    revision += 1
    return lastSpell
  }

  mutating func end(_ spell: Int) {
    spells.removeAll { $0.number == spell }
    revision += 1
  }

  mutating func cut(_ machine: String, _ direction: CutDirection) {
    cuts[machine, default: []].insert(direction)
    revision += 1
  }

  mutating func heal(_ machine: String) {
    cuts[machine] = nil
    revision += 1
  }

  mutating func fate(on way: inout Way) -> Fate {
    if way.revision != revision { look(at: &way) }
    guard !way.isCalm else {
      return .arrives(after: delay(on: way), outOfTurn: false, again: nil)
    }
    // Where nothing passes, nothing is drawn.
    guard way.weather.loss < 1000, !chance.happens(way.weather.loss) else { return .lost }
    let isHeldUp = chance.happens(way.weather.reordering)
    let hold = isHeldUp ? chance.below(way.span + Self.longestHold) : 0
    let isDoubled = chance.happens(way.weather.duplication)
    return .arrives(
      after: delay(on: way) + hold, outOfTurn: isHeldUp,
      again: isDoubled ? delay(on: way) + chance.below(Self.longestHold) : nil)
  }

  private mutating func delay(on way: Way) -> UInt64 { way.shortest + chance.below(way.span) }

  private func look(at way: inout Way) {
    var weather = way.from == way.to ? Self.loopback : usual
    if way.from != way.to {
      for spell in spells where spell.region.covers(from: way.from, to: way.to) {
        weather = weather.joined(with: spell.weather)
      }
      if isCut(way.from, .outgoing) || isCut(way.to, .incoming) { weather.loss = 1000 }
    }
    way.revision = revision
    way.weather = weather
    way.isCalm = weather.loss <= 0 && weather.duplication <= 0 && weather.reordering <= 0
    let (shortest, longest) = (weather.delay.lowerBound, weather.delay.upperBound)
    way.shortest = UInt64(max(0, shortest.microseconds)) * 1000
    way.span = UInt64(max(0, (longest - shortest).microseconds)) * 1000
  }

  private func isCut(_ machine: String, _ direction: CutDirection) -> Bool {
    cuts[machine].map { $0.contains(.both) || $0.contains(direction) } ?? false
  }
}
