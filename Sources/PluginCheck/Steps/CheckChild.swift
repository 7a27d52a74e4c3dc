/// One step, in the process that was started for it.

import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

public enum CheckChild {
  /// Bytes of address space that a step may have.
  private static let addressSpace: rlim_t = 16 << 30

  /// Makes a step, tells what it finds on descriptor 3, and returns.
  public static func run(_ step: CheckStep, _ request: CheckRequest) {
    signal(SIGPIPE, SIG_IGN)
    limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), 0)
    limit(__rlimit_resource_t(RLIMIT_AS.rawValue), addressSpace)
    let channel = StepChannel()
    do throws(PluginError) {
      try make(step, request, channel)
    } catch {
      channel.fault(error.words)
    }
    channel.done()
  }

  private static func limit(_ resource: __rlimit_resource_t, _ value: rlim_t) {
    var limits = rlimit(rlim_cur: value, rlim_max: value)
    setrlimit(resource, &limits)
  }

  private static func make(_ step: CheckStep, _ request: CheckRequest, _ channel: StepChannel) throws(PluginError) {
    if step == .library {
      LibraryStep(request: request, channel: channel).run()
      return
    }
    // The host's own descriptor of the image is not the plugin's doing.
    let image = try SealedFile(path: request.file)
    let before = ProcessManners.now()
    channel.at("loading it")
    let plugin = try Plugin(image)
    let isDissector = plugin.interfaces.contains(.dissector)
    let dissector = DissectorSteps(plugin, request, channel)
    let source = SourceSteps(plugin: plugin, request: request, channel: channel)
    switch step {
    case .library: break
    case .description: DescriptionStep(plugin: plugin, channel: channel).run()
    case .instances: InstanceStep(plugin: plugin, request: request, channel: channel).run()
    case .selftest:
      channel.at("its own test")
      guard let result = try plugin.selftest() else {
        channel.skip("it offers no selftest/1")
        return
      }
      if !result.passed { channel.fault("its own test failed: \(result.report)") }
    case .records: try isDissector ? dissector.records() : source.records()
    case .cuts: try isDissector ? dissector.cuts() : source.cuts()
    case .gaps: try isDissector ? dissector.gaps() : source.gaps()
    case .mutations: try isDissector ? dissector.mutations() : source.mutations()
    case .leaks: try isDissector ? dissector.leaks() : source.leaks()
    case .manners:
      _ = try PluginInstance(plugin, config: request.config)
      try isDissector ? dissector.runOnce() : source.runOnce()
      for words in ProcessManners.now().changes(since: before) { channel.fault(words) }
    case .speed: try isDissector ? dissector.speed() : source.speed()
    }
  }
}
