/// The steps that tell a dissector conversations.

import Flows
import Inspection
import PluginHost

struct DissectorSteps {
  let plugin: Plugin
  let request: CheckRequest
  let channel: StepChannel
  let replay: Replay
  private let keeper: ConversationKeeper

  init(_ plugin: Plugin, _ request: CheckRequest, _ channel: StepChannel) {
    self.plugin = plugin
    self.request = request
    self.channel = channel
    replay = Replay(plugin)
    keeper = ConversationKeeper(request.keep)
  }

  /// The conversations for a step; nil where there are none, which was said.
  func conversations(_ limit: Int, corpus: Bool = true) throws(PluginError) -> ConversationSet? {
    let set = try ConversationSet(request, replay, limit: limit, corpus: corpus) { channel.at($0) }
    guard !set.own.isEmpty else {
      channel.skip(
        request.captures.isEmpty && request.corpus == nil
          ? "give a capture of its protocol with --pcap" : "nothing in the captures was recognised")
      return nil
    }
    return set
  }

  // MARK: records

  func records() throws(PluginError) {
    guard !request.captures.isEmpty || request.corpus != nil else {
      channel.skip("give a capture of its protocol with --pcap")
      channel.remark("no capture was given: most checks were not made")
      return
    }
    let set = try ConversationSet(request, replay, limit: 1000, corpus: true) { channel.at($0) }
    for problem in set.problems { channel.remark(problem) }
    channel.figure("flows recognised", Double(set.ownCount), "")
    channel.figure("other flows", Double(set.foreignCount), "")
    if set.ownCount == 0 { channel.fault("recognises none of the flows that it was shown") }
    var records = 0
    var declared = Set(plugin.description.records.map(\.name))
    for conversation in set.own {
      channel.at(conversation.name)
      let outcome = try replay.tell(conversation, .whole)
      judge(outcome, conversation.name)
      records += outcome.lines.count - 1
      for line in outcome.lines { declared = declared.filter { !line.contains("\"record\":\"\($0)\"") } }
    }
    channel.figure("records and anomalies", Double(records), "")
    if set.ownCount > 0 {
      if records == 0 { channel.fault("recognises flows and tells nothing of them") }
      if records > 0, !declared.isEmpty {
        channel.remark("of the records it declares, none came of: \(declared.sorted().joined(separator: ", "))")
      }
    }
  }

  /// Tells what breaks the contract in an outcome. Returns whether nothing does.
  @discardableResult
  func judge(_ outcome: ReplayOutcome, _ place: String) -> Bool {
    guard outcome.pluginErrors > 0 || !outcome.refusals.isEmpty else { return true }
    let kept = keeper.keep()
    if outcome.pluginErrors > 0 {
      channel.fault(
        "\(place): a session returned an error, an unknown status, or more consumed than was offered\(kept)")
    }
    for words in outcome.refusals { channel.fault("\(place): of what it emitted was refused: \(words)\(kept)") }
    return false
  }

  /// Compares two ways of telling the same; both are judged. Returns whether all is well.
  @discardableResult
  func compare(
    _ conversation: Conversation, _ reference: ReplayOutcome, _ cut: Cut, _ place: String
  ) throws(PluginError) -> Bool {
    channel.at("\(place), \(cut)")
    keeper.begin(conversation, cut)
    let outcome = try replay.tell(conversation, cut)
    guard judge(outcome, "\(place), \(cut)") else { return false }
    // Over the look-ahead the host skips, and how much lies there by then depends on the cuts.
    if outcome.lines == reference.lines || outcome.overLookahead || reference.overLookahead { return true }
    let words = RecordDifference(reference.lines, outcome.lines).description
    channel.fault("\(place): \(cut) \(words)\(keeper.keep())")
    return false
  }

  // MARK: cuts

  func cuts() throws(PluginError) {
    guard let set = try conversations(200) else { return }
    for conversation in set.own + set.foreign.prefix(50) {
      let short = conversation.limited(to: 32 << 10)
      let reference = try replay.tell(short, .whole)
      var isSound = true
      for cut in [Cut.pieces(1), .pieces(2), .pieces(7), .random(request.seed), .random(request.seed &+ 1)]
      where isSound {
        isSound = try compare(short, reference, cut, conversation.name)
      }
      if isSound, conversation.byteCount > 32 << 10 {
        let whole = try replay.tell(conversation, .whole)
        try compare(conversation, whole, .pieces(1448), conversation.name)
      }
    }
    try interleave(set.own)
    channel.figure("conversations", Double(set.own.count), "")
  }

  /// Two instances, told in turns, must each say what one alone says: nothing mutable is shared between them.
  private func interleave(_ conversations: [Conversation]) throws(PluginError) {
    for conversation in conversations.prefix(20) {
      let name = "\(conversation.name), two instances in turns"
      channel.at(name)
      let short = conversation.limited(to: 16 << 10)
      let alone = try replay.tell(short, .pieces(16))
      let inspectors = [try replay.inspector(), try replay.inspector()]
      let tellings = inspectors.map { Telling(short, .pieces(16), to: $0, guarded: nil) }
      var goesOn = true
      while goesOn {
        goesOn = false
        for telling in tellings { goesOn = telling.step() || goesOn }
      }
      for (telling, inspector) in zip(tellings, inspectors) {
        if replay.outcome(of: inspector, telling.finish()).lines != alone.lines {
          channel.fault("\(name): they say something else than one alone; keep all mutable data in the instance")
          return
        }
      }
    }
  }

  // MARK: gaps

  func gaps() throws(PluginError) {
    guard let set = try conversations(100, corpus: true) else { return }
    var told = 0
    for (index, conversation) in set.own.enumerated() {
      let short = conversation.limited(to: 16 << 10)
      for (variant, place) in variants(short, UInt64(index)) {
        channel.at(place)
        keeper.begin(variant, .whole)
        let reference = try replay.tell(variant, .whole)
        guard judge(reference, place) else { continue }
        try compare(variant, reference, .pieces(1), place)
        try compare(variant, reference, .random(request.seed &+ UInt64(index)), place)
        told += 1
      }
    }
    channel.figure("broken conversations", Double(told), "")
  }

  /// The conversation as captures break it.
  private func variants(_ conversation: Conversation, _ number: UInt64) -> [(Conversation, String)] {
    var random = SplitMix(request.seed &* 1_000_003 &+ number)
    var out: [(Conversation, String)] = [
      (conversation.oneSided(.toServer), "\(conversation.name), only the client's side"),
      (conversation.oneSided(.toClient), "\(conversation.name), only the server's side"),
    ]
    guard conversation.description.proto == 6, !conversation.events.isEmpty else { return out }
    for turn in 1...4 {
      var broken = conversation
      broken.lose(random.below(broken.events.count), &random)
      out.append((broken, "\(conversation.name), gap \(turn)"))
    }
    let total = conversation.byteCount
    out.append((conversation.limited(to: random.below(total)), "\(conversation.name), an early end"))
    var middle = conversation
    middle.description.midstream = true
    if case .bytes(let direction, let bytes) = middle.events[0], bytes.count > 1 {
      middle.events[0] = .bytes(direction, Array(bytes[(1 + random.below(bytes.count - 1))...]))
    }
    out.append((middle, "\(conversation.name), from the middle"))
    return out
  }

  // MARK: mutations

  func mutations() throws(PluginError) {
    guard let set = try conversations(100) else { return }
    let all = (set.own + set.foreign.prefix(20)).map { $0.limited(to: 16 << 10) }
    let clock = StopWatch()
    var iteration: UInt64 = 0
    while clock.seconds < Double(request.seconds) {
      var random = SplitMix(request.seed &* 0x9E37_79B9 &+ iteration)
      let index = random.below(all.count)
      let mutated = all[index].mutated(random.next())
      let place = "\(all[index].name), mutation \(iteration) of seed \(request.seed)"
      channel.at(place)
      keeper.begin(mutated, .whole)
      let reference = try replay.tell(mutated, .whole)
      if judge(reference, place) { try compare(mutated, reference, .random(random.next()), place) }
      iteration &+= 1
    }
    channel.figure("mutated conversations", Double(iteration), "")
  }
}

extension DissectorSteps {
  // MARK: leaks, manners, speed

  func leaks() throws(PluginError) {
    let leaks = LeakStep(channel: channel)
    guard let set = try conversations(50, corpus: false) else { return }
    let all = (set.own + set.foreign).map { $0.limited(to: 64 << 10) }
    var failure: PluginError?
    func guarded(_ body: () throws(PluginError) -> Void) {
      do throws(PluginError) { try body() } catch { failure = error }
    }
    leaks.run("an instance with its sessions") {
      guarded { () throws(PluginError) in
        for conversation in all { _ = try replay.tell(conversation, .pieces(100)) }
      }
    }
    let broken = set.own.prefix(20).enumerated().map { $0.element.limited(to: 4096).mutated(UInt64($0.offset)) }
    leaks.run("sessions of broken bytes") {
      guarded { () throws(PluginError) in for conversation in broken { _ = try replay.tell(conversation, .whole) } }
    }
    if let failure { throw failure }
  }

  /// Everything once, for the step that looks at what is left behind.
  func runOnce() throws(PluginError) {
    guard !request.captures.isEmpty else { return }
    let set = try ConversationSet(request, replay, limit: 50, corpus: false) { channel.at($0) }
    for conversation in set.own {
      channel.at(conversation.name)
      _ = try replay.tell(conversation, .pieces(100))
    }
  }

  func speed() throws(PluginError) {
    guard let set = try conversations(200, corpus: false) else { return }
    try SpeedStep(channel: channel).run(plugin, set.own)
  }
}
