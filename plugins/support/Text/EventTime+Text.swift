/// Moments as records write them.

extension EventTime {
  /// RFC 3339 with nine decimals, UTC, ending in Z.
  public var rfc3339: String {
    let billion: Int64 = 1_000_000_000
    var fraction = nanoseconds % billion
    var seconds = nanoseconds / billion
    if fraction < 0 {
      fraction += billion
      seconds -= 1
    }
    var days = seconds / 86_400
    var rest = seconds % 86_400
    if rest < 0 {
      rest += 86_400
      days -= 1
    }
    // Days of eras of 400 years that begin on 1 March (the years here lie between 1678 and 2261).
    let day = days + 719_468
    let era = day / 146_097
    let ofEra = day % 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let month = (5 * ofYear + 2) / 153
    let civilMonth = month < 10 ? month + 3 : month - 9
    let civilYear = era * 400 + year + (civilMonth <= 2 ? 1 : 0)
    return
      "\(Self.padded(civilYear, 4))-\(Self.padded(civilMonth, 2))-\(Self.padded(ofYear - (153 * month + 2) / 5 + 1, 2))T\(Self.padded(rest / 3600, 2)):\(Self.padded(rest / 60 % 60, 2)):\(Self.padded(rest % 60, 2)).\(Self.padded(fraction, 9))Z"
  }

  private static func padded(_ value: Int64, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
