// How much memory the program took at most.

import Testing

@testable import Engine

@Suite("Peak memory")
struct PeakMemoryTests {
  @Test("It is what the status of a process tells, in kibibytes")
  func status() {
    let status = "Name:\tvedette\nVmPeak:\t  999 kB\nVmHWM:\t   12345 kB\nVmRSS:\t 1 kB\n"
    #expect(PeakMemory.bytes(in: status) == 12_641_280)
  }

  @Test(
    "What tells none, or no number, is passed over",
    arguments: [
      "", "VmRSS:\t 1 kB", "VmHWM:", "VmHWM:\t-1 kB", "VmHWM:\t12 MB", "VmHWM:\t9223372036854775807 kB",
    ])
  func nothing(status: String) { #expect(PeakMemory.bytes(in: status) == nil) }
}
