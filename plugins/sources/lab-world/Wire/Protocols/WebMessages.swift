/// HTTP/1.1 messages (RFC 9112).

enum WebMessages {
  static func request(
    _ method: String, _ path: String, host: String, agent: String?, headers: [(String, String)] = [], body: [UInt8] = []
  ) -> [UInt8] {
    var text = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n"
    if let agent { text += "User-Agent: \(agent)\r\n" }
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if !body.isEmpty || method == "POST" { text += "Content-Length: \(body.count)\r\n" }
    return Array((text + "\r\n").utf8) + body
  }

  static func response(
    _ status: String, _ time: LabTime, type: String?, server: String = "nginx", headers: [(String, String)] = [],
    body: [UInt8] = []
  ) -> [UInt8] {
    var text = "HTTP/1.1 \(status)\r\nDate: \(date(time))\r\nServer: \(server)\r\n"
    if let type { text += "Content-Type: \(type)\r\n" }
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    text += "Content-Length: \(body.count)\r\n\r\n"
    return Array(text.utf8) + body
  }

  /// RFC 9110 §5.6.7.
  static func date(_ time: LabTime) -> String {
    let civil = CivilTime(time)
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(time / day % 7)]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "\(weekday), \(padded(civil.day, 2)) \(months[Int(civil.month - 1)]) \(civil.year) \(civil.clock) GMT"
  }

  /// A page of words.
  static func page(_ title: String, _ random: LabRandom, paragraphs: Int) -> [UInt8] {
    let words = [
      "lens", "series", "order", "plan", "coating", "mount", "stage", "week", "report", "shift", "sample", "prism",
      "note", "bench",
    ]
    var text = "<!doctype html>\n<html><head><title>\(title)</title></head><body>\n"
    for _ in 0..<paragraphs {
      text += "<p>" + (0..<random.within(20...90)).map { _ in random.pick(words) }.joined(separator: " ") + ".</p>\n"
    }
    return Array((text + "</body></html>\n").utf8)
  }
}
