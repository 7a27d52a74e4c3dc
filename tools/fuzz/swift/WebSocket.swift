// Fuzz target: what a server sends over a WebSocket, cut into pieces of any size.

/// The first byte chooses frames or the handshake, the second the size of the pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 2 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
  let size = Int(start[1]) + 1
  let tell = start[0] & 1 == 0 ? frames : handshake
  guard tell(bytes, size) == tell(bytes, bytes.count) else { fatalError("how the bytes are cut changes nothing") }
  return 0
}

private let limit = 300

private func frames(_ bytes: [UInt8], _ size: Int) -> [String] {
  var reader = WebSocketReader(limit: limit)
  var out: [String] = []
  var isOver = false
  var rest = bytes[...]
  while !rest.isEmpty {
    reader.feed(rest.prefix(size))
    rest = rest.dropFirst(size)
    do throws(WebSocketViolation) {
      while let event = try reader.next() {
        guard !isOver else { fatalError("nothing is told after a close or a violation") }
        switch event {
        case .text(let text):
          guard text.count <= limit, String(validating: text, as: UTF8.self) != nil else {
            fatalError("texts are bounded and UTF-8")
          }
        case .oversize(let count): guard count > limit else { fatalError("what is read over is over the limit") }
        case .ping(let payload): guard payload.count <= 125 else { fatalError("pings are bounded") }
        case .close(_, let reason):
          guard reason.utf8.count <= 123 else { fatalError("reasons are bounded") }
          isOver = true
        case .binary, .pong: break
        }
        out.append("\(event)")
      }
    } catch {
      guard [1002, 1007, 1009].contains(error.code) else { fatalError("a code of the standard") }
      guard !isOver else { fatalError("nothing is told after a close or a violation") }
      isOver = true
      out.append("\(error.code) \(error.words)")
    }
  }
  return out
}

private func handshake(_ bytes: [UInt8], _ size: Int) -> [String] {
  guard let address = WebAddress(webSocket: "wss://server.example/subscribe") else { return [] }
  var handshake = WebSocketHandshake(address, agent: "fuzz", nonce: Array("the sample nonce".utf8))
  var rest = bytes[...]
  while !rest.isEmpty {
    let piece = rest.prefix(size)
    rest = rest.dropFirst(size)
    do throws(PollFailure) {
      switch try handshake.take(piece) {
      case nil: continue
      case .accepted(let after): return ["accepted"] + (after + rest).map { "\($0)" }
      case .refused(let answer): return ["\(answer.status)"] + answer.headers.map { "\($0.name): \($0.value)" }
      }
    } catch { return ["\(error.words)"] }
  }
  return ["more"]
}
