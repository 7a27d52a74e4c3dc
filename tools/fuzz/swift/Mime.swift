// Fuzz target: mail messages of any bytes, and all that is read of them.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  let reader = MailReader()
  for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
    reader.line(UnsafeRawBufferPointer(rebasing: line))
  }
  reader.end()
  look(reader.message, 0)
  let text = String(decoding: bytes, as: UTF8.self)
  _ = EncodedWords.decode(text)
  _ = MailAddress.list(text)
  _ = MediaType(text)
  _ = WrittenTime.read(text)
  _ = ForwardedMail(text)
  for link in HTMLText(text).links + LinkText.links(in: text) { _ = ProfileLink(link) }
  return 0
}

private func look(_ message: MailMessage, _ depth: Int) {
  guard depth <= 32 else { fatalError("messages within messages are bounded") }
  _ = message.from
  _ = message.date
  _ = message.text
  _ = message.headers.text("subject")
  _ = MailAuthentication(message.headers)?.verdict(for: ["example.org"])
  guard message.attachments.count <= 100, message.html.links.count <= 500 else { fatalError("lists are bounded") }
  for inner in message.attached { look(inner, depth + 1) }
}
