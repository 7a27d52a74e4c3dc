/// Several captures as one, in the order of their frames' times.

import Capture

/// Reads the capture whose next frame is the earliest, up to where another one's is earlier. Frames of one capture keep
/// their order, also where its clock runs backwards.
final class MergedCaptures {
  private final class Head {
    let file: CaptureFile
    var batch: [FrameView] = []
    var at = 0
    var isOver = false

    init(_ file: CaptureFile) { self.file = file }

    /// Makes sure that there is a next frame, if there will be any.
    func fill() throws(CaptureError) {
      while at >= batch.count, !isOver {
        at = 0
        if try file.nextBatch(&batch, frameLimit: 1024) == .end {
          batch.removeAll()
          isOver = true
        }
      }
    }

    func end() {
      isOver = true
      batch.removeAll()
      at = 0
    }
  }

  private var heads: [Head] = []
  var files: [CaptureFile] { heads.map(\.file) }

  /// Opens the captures; what cannot be opened is told of and left out.
  init(_ paths: [String], trouble: (String, CaptureError) -> Void) {
    for path in paths {
      do throws(CaptureError) {
        let head = Head(try CaptureFile(path))
        heads.append(head)
        do throws(CaptureError) {
          try head.fill()
        } catch {
          trouble(path, error)
          head.end()
        }
      } catch {
        trouble(path, error)
      }
    }
  }

  /// Hands out frames, each time of one capture, until all are through or `body` says false.
  func read(trouble: (String, CaptureError) -> Void, _ body: (String, ArraySlice<FrameView>) -> Bool) {
    while true {
      var next: Head?
      var time = Int64.max
      var bound = Int64.max
      for head in heads where !head.isOver {
        let first = head.batch[head.at].time
        if next == nil || first < time {
          bound = next == nil ? .max : time
          time = first
          next = head
        } else {
          bound = min(bound, first)
        }
      }
      guard let next else { return }
      // The earliest frame goes in any case.
      var end = next.at + 1
      while end < next.batch.count, next.batch[end].time <= bound { end += 1 }
      guard body(next.file.name, next.batch[next.at..<end]) else { return }
      next.at = end
      do throws(CaptureError) {
        try next.fill()
      } catch {
        trouble(next.file.name, error)
        next.end()
      }
    }
  }
}
