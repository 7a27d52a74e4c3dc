/// Times of the world, nanoseconds since 1970-01-01T00:00:00Z, and the ways in which logs write them.

typealias LabTime = Int64

let second: LabTime = 1_000_000_000
let minute: LabTime = 60 * second
let hour: LabTime = 60 * minute
let day: LabTime = 24 * hour

/// Logs and platforms write milliseconds: what they write is all that there is.
func wholeMilliseconds(_ time: LabTime) -> LabTime { time - time % 1_000_000 }

/// `value` with at least `width` digits.
func padded(_ value: Int64, _ width: Int) -> String {
  let text = "\(value)"
  return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}

/// The parts of a time in the proleptic Gregorian calendar.
struct CivilTime {
  var year: Int64
  var month: Int64
  var day: Int64
  var hour: Int64
  var minute: Int64
  var second: Int64
  var nanosecond: Int64

  init(_ time: LabTime) {
    let seconds = time >= 0 ? time / 1_000_000_000 : (time - 999_999_999) / 1_000_000_000
    nanosecond = time - seconds * 1_000_000_000
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - days * 86_400
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
    // Years that begin in March have their leap day last; 719,468 days lie between 0000-03-01 and 1970-01-01.
    let z = days + 719_468
    let era = z / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    self.day = dayOfYear - (153 * m + 2) / 5 + 1
    month = m < 10 ? m + 3 : m - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var date: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
  var clock: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }
  var milliseconds: String { padded(nanosecond / 1_000_000, 3) }
}

/// `2026-04-23T13:05:01.250Z`
func rfc3339(_ time: LabTime) -> String {
  let civil = CivilTime(time)
  return "\(civil.date)T\(civil.clock).\(civil.milliseconds)Z"
}
