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
