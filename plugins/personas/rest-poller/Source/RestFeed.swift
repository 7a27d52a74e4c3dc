/// The one list of a service that the parameters describe.

import JSON
import PersonaRecords
import PluginSupport
import Polling

/// Pages by number, offset, cursor or link. A page's token is `NUMBER REST`: how manieth it is, and what asks for it.
struct RestFeed: Feed {
  /// Its answers have the service, and the service its feeds.
  unowned let service: RestService

  var name: String { "list" }
  var isConditional: Bool { service.paging.kind == .none && service.since == nil }

  private func parts(_ page: String?) -> (number: Int, rest: String) {
    guard let page else { return (0, "") }
    let parts = page.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    return (parts.first.flatMap { Int($0) } ?? 0, parts.count > 1 ? String(parts[1]) : "")
  }

  func request(_ place: FeedPlace) throws(PollFailure) -> HTTPRequest {
    let paging = service.paging
    let (number, rest) = parts(place.page)
    if paging.kind == .link || paging.kind == .cursor && paging.parameter == "url", number > 0 {
      guard let address = WebAddress(rest, relativeTo: service.address), address.hasOrigin(of: service.address) else {
        throw PollFailure(.permission, "the link to the next page leads to another origin, which is not followed")
      }
      return service.request(address)
    }
    var query: [(String, String)] = []
    switch paging.kind {
    case .none, .link: break
    case .page: query.append((paging.parameter, "\(paging.start + number)"))
    case .offset: query.append((paging.parameter, "\(paging.start + number * paging.size)"))
    case .cursor: if number > 0 { query.append((paging.parameter, rest)) }
    }
    if let size = paging.sizeParameter { query.append((size, "\(paging.size)")) }
    if let since = service.since, let value = place.mark ?? since.start { query.append((since.parameter, value)) }
    guard let address = service.address.adding(query) else {
      throw PollFailure(.format, "the address of page \(number + 1) is too long")
    }
    return service.request(address)
  }

  func read(_ answer: HTTPAnswer, _ place: FeedPlace, now: Int64) throws(PollFailure) -> FeedPage {
    let body: JSONValue
    do throws(JSONError) { body = JSONValue(try service.reader.parse(answer.body)) } catch {
      throw PollFailure(.format, "\(service.address.shown) answered with no JSON: \(error.reason)")
    }
    let found = service.items.values(in: body)
    // A path to a list gives one value, one with [] the elements.
    let elements = found.count == 1 ? found[0].elements ?? found : found
    var page = FeedPage()
    for element in elements { page.items.append(item(element, place, now: now)) }
    page.mark = mark(elements, place)
    let number = parts(place.page).number + 1
    guard number < service.paging.most, let next = next(answer, body, elements.count) else { return page }
    page.next = "\(number) \(next)"
    guard parts(place.page).rest != next || next.isEmpty else {
      throw PollFailure(.format, "\(service.address.shown): the page after this one is this one")
    }
    return page
  }

  /// What asks for the page after this one; nil: there is none.
  private func next(_ answer: HTTPAnswer, _ body: JSONValue, _ count: Int) -> String? {
    let paging = service.paging
    if let more = paging.more?.value(in: body) {
      guard more.bool ?? (more.scalarText.map { $0 != "0" && $0 != "" } ?? false) else { return nil }
    } else if paging.kind == .page || paging.kind == .offset {
      // Without a word of it a page that is not full is the last.
      guard count >= paging.size else { return nil }
    }
    switch paging.kind {
    case .none: return nil
    case .page, .offset: return count > 0 ? "" : nil
    case .cursor: return paging.next?.value(in: body)?.scalarText.flatMap { $0.isEmpty ? nil : $0 }
    case .link:
      if let next = paging.next { return next.value(in: body)?.string.flatMap { $0.isEmpty ? nil : $0 } }
      return answer.header("link").flatMap { LinkHeader.target($0, relation: "next") }
    }
  }

  private func item(_ element: JSONValue, _ place: FeedPlace, now: Int64) -> FeedItem {
    let key = service.key?.value(in: element)?.scalarText
    let outputs = service.mappings.compactMap {
      $0.output(of: element, key: key, namespace: service.address.text, place, now: now)
    }
    return FeedItem(key ?? SHA256.hex(Array(element.description.utf8)), outputs)
  }

  /// The latest of what the elements have for the next round, and of what the rounds before left.
  private func mark(_ elements: [JSONValue], _ place: FeedPlace) -> String? {
    guard let since = service.since else { return nil }
    var latest: (order: Int64, text: String)?
    func consider(_ value: JSONValue) {
      guard let text = value.scalarText, text.utf8.count <= 256 else { return }
      guard let order = since.form == .value ? Int64(text) : service.timeFormat.read(value) else { return }
      if latest.map({ order > $0.order }) ?? true { latest = (order, text) }
    }
    for element in elements { if let value = since.field.value(in: element) { consider(value) } }
    guard let latest else { return nil }
    let text: String
    switch since.form {
    case .value: text = latest.text
    case .epoch: text = "\(latest.order / 1_000_000_000)"
    case .epochMilliseconds: text = "\(latest.order / 1_000_000)"
    case .rfc3339: text = RFC3339.text(latest.order)
    }
    guard let old = place.mark, let order = Self.order(old, since.form), let new = Self.order(text, since.form) else {
      return text
    }
    return new > order ? text : old
  }

  private static func order(_ mark: String, _ form: RestSince.Form) -> Int64? {
    form == .rfc3339 ? moment(mark) : Int64(mark)
  }
}

/// A moment as RFC 3339 with nine decimals.
enum RFC3339 {
  static func text(_ nanoseconds: Int64) -> String {
    let second = nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds - 999_999_999) / 1_000_000_000
    let fraction = nanoseconds - second * 1_000_000_000
    // The civil date of a day count, by the proleptic Gregorian calendar's 400-year cycle from 0000-03-01 on.
    let days = (second >= 0 ? second / 86_400 : (second - 86_399) / 86_400)
    let time = second - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let month = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * month + 2) / 5 + 1
    let civil = month < 10 ? month + 3 : month - 9
    let years = year + era * 400 + (civil <= 2 ? 1 : 0)
    func padded(_ number: Int64, _ width: Int) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(padded(years, 4))-\(padded(civil, 2))-\(padded(day, 2))T\(padded(time / 3600, 2)):"
      + "\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2)).\(padded(fraction, 9))Z"
  }
}
