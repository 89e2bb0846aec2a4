// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
  /// `2026-11-21T06:30:32Z`, the form of Nova, Glance and Neutron.
  public var iso8601: String {
    "\(dateText)T\(timeText)Z"
  }

  /// `2026-11-21T06:30:32.123456Z`, the form of Keystone.
  public var iso8601Microseconds: String {
    "\(dateText)T\(timeText).\(padded(fraction, 6))Z"
  }

  /// `2026-11-21T06:30:32.123456`, the zoneless form of Nova's extended attributes.
  public var iso8601Zoneless: String {
    "\(dateText)T\(timeText).\(padded(fraction, 6))"
  }

  /// Parses ISO 8601 as OpenStack's clients write it: `2026-11-21T06:30:32`, with up to six digits of
  /// a second's fraction, and `Z`, `+01:00` or nothing, which means UTC. Nil for anything else.
  public init?(iso8601 text: String) {
    var rest = Array(text.utf8)[...]
    guard let year = number(&rest, 4), skip(&rest, "-"), let month = number(&rest, 2),
      skip(&rest, "-"), let day = number(&rest, 2), skip(&rest, "T") || skip(&rest, " "),
      let hour = number(&rest, 2), skip(&rest, ":"), let minute = number(&rest, 2),
      skip(&rest, ":"), let second = number(&rest, 2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var fraction: Int64 = 0
    if skip(&rest, ".") {
      let digits = rest.prefix { isDigit($0) }
      guard (1...6).contains(digits.count), let value = number(&rest, digits.count) else {
        return nil
      }
      fraction = value
      for _ in digits.count..<6 { fraction *= 10 }
    }
    var offset: Int64 = 0
    if !skip(&rest, "Z"), !rest.isEmpty {
      let sign: Int64 = skip(&rest, "+") ? 1 : -1
      guard sign == 1 || skip(&rest, "-"), let hours = number(&rest, 2), hours < 24 else {
        return nil
      }
      _ = skip(&rest, ":")
      guard let minutes = number(&rest, 2), minutes < 60 else { return nil }
      offset = sign * (hours * 3600 + minutes * 60)
    }
    guard rest.isEmpty else { return nil }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }

  private var fraction: Int64 { microseconds.modulo(1_000_000) }
  private var wholeSeconds: Int64 { (microseconds - fraction) / 1_000_000 }

  private var timeText: String {
    let second = wholeSeconds.modulo(86_400)
    return "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
  }

  /// Civil date from a day count, by Howard Hinnant's `civil_from_days` (public domain).
  private var dateText: String {
    let days = (wholeSeconds - wholeSeconds.modulo(86_400)) / 86_400 + 719_468
    let era = (days - days.modulo(146_097)) / 146_097
    let dayOfEra = days.modulo(146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

extension Int64 {
  /// The remainder with the divisor's sign, so that times before 1970 print rightly.
  fileprivate func modulo(_ divisor: Int64) -> Int64 {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// Day count from a civil date, by Howard Hinnant's `days_from_civil` (public domain).
private func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let year = month <= 2 ? year - 1 : year
  let era = (year - year.modulo(400)) / 400
  let yearOfEra = year.modulo(400)
  let monthFromMarch = month > 2 ? month - 3 : month + 9
  let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte }

/// Takes exactly `count` digits off the front.
private func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int64? {
  let digits = rest.prefix(count)
  guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
  rest.removeFirst(count)
  return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
}

/// Takes a character off the front if it stands there.
private func skip(_ rest: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
  guard rest.first == UInt8(ascii: character) else { return false }
  rest.removeFirst()
  return true
}
