// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Simulation

/// What the ways of a simulated network do to segments.
@Suite struct RoutesTests {
  /// How many of ten thousand segments were lost, came out of turn, came twice, and how long they took.
  private struct Tally {
    var lost = 0
    var outOfTurn = 0
    var doubled = 0
    var shortest = UInt64.max
    var longest: UInt64 = 0
    var sum: UInt64 = 0

    init(_ routes: inout Routes, from: String, to: String) {
      var way = Routes.Way(from: from, to: to)
      for _ in 0..<10_000 {
        switch routes.fate(on: &way) {
        case .lost: lost += 1
        case .arrives(let wait, let isOutOfTurn, let again):
          if isOutOfTurn { outOfTurn += 1 }
          if again != nil { doubled += 1 }
          guard !isOutOfTurn else { continue }
          shortest = min(shortest, wait)
          longest = max(longest, wait)
          sum += wait
        }
      }
    }

    var mean: UInt64 { sum / 10_000 }
  }

  private func routes(_ weather: Weather = Weather()) -> Routes { Routes(seed: 5, usual: weather) }

  @Test func fairWeatherOnlyTakesTime() {
    var routes = routes()
    let tally = Tally(&routes, from: "a", to: "b")
    #expect(tally.lost == 0 && tally.outOfTurn == 0 && tally.doubled == 0)
    #expect((100_000...101_000).contains(tally.shortest))
    #expect((399_000...400_000).contains(tally.longest))
    #expect((245_000...255_000).contains(tally.mean))
  }

  @Test func mishapsAreAsOftenAsIsSaid() {
    var routes = routes(Weather(loss: 300, duplication: 100, reordering: 200))
    let tally = Tally(&routes, from: "a", to: "b")
    #expect((2850...3150).contains(tally.lost))
    // Of those that arrive.
    #expect((1300...1500).contains(tally.outOfTurn))
    #expect((620...780).contains(tally.doubled))
  }

  @Test(arguments: [
    (Region.everywhere, ["a>b", "b>a", "a>c", "c>a", "b>c", "c>b"]),
    (.around("a"), ["a>b", "b>a", "a>c", "c>a"]), (.between("a", "c"), ["a>c", "c>a"]),
    (.from("a"), ["a>b", "a>c"]), (.to("a"), ["b>a", "c>a"]),
  ])
  func aWeatherIsWhereItIsAndWhile(_ region: Region, _ hit: [String]) {
    var routes = routes()
    let ways = ["a>b", "b>a", "a>c", "c>a", "b>c", "c>b"]
    func lost() -> [String] {
      ways.filter { way in
        let ends = way.split(separator: ">").map(String.init)
        return Tally(&routes, from: ends[0], to: ends[1]).lost == 10_000
      }
    }
    #expect(lost() == [])
    let spell = routes.begin(.cut, in: region)
    #expect(lost() == hit)
    routes.end(spell)
    #expect(lost() == [])
  }

  @Test(arguments: [
    (CutDirection.both, ["a>b", "b>a"]), (.incoming, ["b>a"]), (.outgoing, ["a>b"]),
  ])
  func aCutStopsItsDirection(_ direction: CutDirection, _ hit: [String]) {
    var routes = routes()
    routes.cut("a", direction)
    #expect((Tally(&routes, from: "a", to: "b").lost > 0) == hit.contains("a>b"))
    #expect((Tally(&routes, from: "b", to: "a").lost > 0) == hit.contains("b>a"))
    #expect(Tally(&routes, from: "b", to: "c").lost == 0)
    // A machine reaches itself whatever the weather is outside.
    #expect(Tally(&routes, from: "a", to: "a").lost == 0)
    routes.heal("a")
    #expect(Tally(&routes, from: "a", to: "b").lost + Tally(&routes, from: "b", to: "a").lost == 0)
  }

  @Test func aWayNoticesAChange() {
    var routes = routes()
    var way = Routes.Way(from: "a", to: "b")
    _ = routes.fate(on: &way)
    #expect(way.isCalm)
    let spell = routes.begin(Weather(loss: 1), in: .around("b"))
    _ = routes.fate(on: &way)
    #expect(!way.isCalm)
    routes.end(spell)
    _ = routes.fate(on: &way)
    #expect(way.isCalm)
  }

  @Test func mishapsOfSeveralWeathersAddUp() {
    let (one, other) = (
      Weather(delay: .seconds(1)...(.seconds(2)), loss: 600, reordering: 10),
      Weather(delay: .seconds(3)...(.seconds(3)), loss: 600, duplication: 20)
    )
    let both = Weather(
      delay: .seconds(3)...(.seconds(3)), loss: 1000, duplication: 20, reordering: 10)
    #expect(one.joined(with: other) == both && other.joined(with: one) == both)
  }
}
