// Fuzz target: pictures of any bytes.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  do throws(PictureProblem) {
    let hashes = try PictureHashes(bytes)
    guard hashes.sha256.utf8.count == 64, hashes.perceptualDigits.map({ $0.utf8.count == 16 }) ?? true else {
      fatalError("a hash has its digits")
    }
    guard hashes.problem == nil || hashes.perceptual == nil else { fatalError("what is broken has no perceptual hash") }
    guard hashes.problem?.words.isEmpty != true else { fatalError("a problem has words") }
  } catch {
    guard !error.words.isEmpty else { fatalError("a problem has words") }
  }
  return 0
}
