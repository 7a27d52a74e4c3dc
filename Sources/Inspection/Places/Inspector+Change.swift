/// Dissectors come and go between two packets: new flows go to the new ones, sessions stay where they were opened.

import Flows
import PluginHost
import VedettePluginABI

extension Inspector {
  /// Has these versions of plugins asked from now on, and no others. Not during a call of the flow engine's.
  ///
  /// A version that is not among them gets no new sessions; those that are open go on with it to their end, for
  /// ``InspectionOptions/drain`` at most. One that comes for another of the same plugin takes that one's state over, if both
  /// offer `state/1`. Where a new version makes no instance, the one that it was to replace stays.
  ///
  /// - Parameters:
  ///   - plugins: a version is an object; what is loaded again is another.
  ///   - throttled: ids of plugins that are asked about every other flow only.
  ///   - time: the capture time.
  /// - Returns: why some of them do not take part.
  @discardableResult
  public func change(to plugins: [Plugin], throttled: Set<String> = [], at time: Int64) -> [PluginError] {
    var refused: [PluginError] = []
    var stays: Set<String> = []
    var reused: UInt64 = 0
    settlePlaces(at: time)
    for plugin in plugins where !isAsked(plugin) {
      let id = plugin.identity.id
      do throws(PluginError) {
        let (at, wasUsed) = try freePlace(for: id)
        let old = askedPlace(of: id)
        let (dissector, state) = try makeInstance(of: plugin, after: old)
        // What was counted of the place's last version is no figure of this one's.
        meters[at] = PlaceMeter()
        if wasUsed { reused |= 1 << UInt64(at) }
        hot.pointee.versions.append(plugin)
        hot.pointee.places[at] = Place(
          dissector: dissector, version: UInt16(truncatingIfNeeded: hot.pointee.versions.count - 1), state: state)
        calls[at] = dissector.calls
      } catch {
        refused.append(error)
        stays.insert(id)
      }
    }
    let (limit, isOver) = time.addingReportingOverflow(max(0, options.drain))
    for at in 0..<Places.most {
      guard let place = hot.pointee.places[at], place.drainsUntil == nil else { continue }
      let plugin = place.dissector.plugin
      guard !plugins.contains(where: { $0 === plugin }), !stays.contains(plugin.identity.id) else { continue }
      hot.pointee.places[at]?.drainsUntil = isOver ? .max : limit
      hot.pointee.isDraining = true
    }
    ask(throttled)
    mendSearches(reused: reused)
    settlePlaces(at: time)
    return refused
  }

  private func isAsked(_ plugin: Plugin) -> Bool {
    (0..<Places.most).contains {
      hot.pointee.places[$0].map { $0.dissector.plugin === plugin && $0.drainsUntil == nil } ?? false
    }
  }

  private func askedPlace(of id: String) -> Dissector? {
    for at in 0..<Places.most {
      guard let place = hot.pointee.places[at], place.drainsUntil == nil else { continue }
      if place.dissector.plugin.identity.id == id { return place.dissector }
    }
    return nil
  }

  /// A place that nobody has, if possible one that nobody had.
  private func freePlace(for id: String) throws(PluginError) -> (at: Int, wasUsed: Bool) {
    guard hot.pointee.versions.count < Places.mostVersions else {
      throw PluginError(.refused, id, "is left out: \(Places.mostVersions) versions in one capture are the limit")
    }
    let free = (0..<Places.most).filter { hot.pointee.places[$0] == nil }
    if let at = free.first(where: { hot.pointee.usedPlaces & 1 << UInt64($0) == 0 }) {
      hot.pointee.usedPlaces |= 1 << UInt64(at)
      return (at, false)
    }
    guard let at = free.first else {
      throw PluginError(
        .refused, id, "is left out: \(Places.most) dissectors are the limit, those that drain included")
    }
    return (at, true)
  }

  /// An instance of a version, with the state of the one before it where there is one and both know it.
  private func makeInstance(
    of plugin: Plugin, after old: Dissector?
  ) throws(PluginError) -> (Dissector, StateHandover) {
    let config = config[plugin.identity.id] ?? ""
    let made = try Dissector(plugin, config: config, isolation: options.isolation, log: log)
    guard let old, old.plugin.interfaces.contains(.state), plugin.interfaces.contains(.state) else {
      return (made, .none)
    }
    do throws(PluginError) {
      guard let state = try old.optional.saveState() else { return (made, .none) }
      if try made.optional.loadState(state) { return (made, .taken) }
      return (made, .refused("\(plugin.identity.version) does not know the state of \(old.plugin.identity.version)"))
    } catch {
      // An instance that failed to take a state over may have half of it.
      return (try Dissector(plugin, config: config, isolation: options.isolation, log: log), .refused(error.words))
    }
  }

  /// Sets the masks, the protocols and the hints by the places that are asked.
  func ask(_ throttled: Set<String>) {
    var asked: [(at: Int, plugin: Plugin)] = []
    for at in 0..<Places.most {
      guard let place = hot.pointee.places[at], place.drainsUntil == nil else { continue }
      asked.append((at, place.dissector.plugin))
    }
    // In the order of ids: it decides ties, and is the same in each worker.
    asked.sort { $0.plugin.identity.id < $1.plugin.identity.id }
    protocols.renew(asked)
    hot.pointee.hints = ProbeHints(asked)
    var tcp: UInt64 = 0
    var udp: UInt64 = 0
    for entry in protocols.entries where entry.dissector >= 0 {
      if entry.overTCP { tcp |= 1 << UInt64(entry.dissector) }
      if entry.overUDP, calls[entry.dissector].datagram != nil { udp |= 1 << UInt64(entry.dissector) }
    }
    hot.pointee.overTCP = tcp
    hot.pointee.overUDP = udp
    hot.pointee.throttled = 0
    var before: UInt64 = 0
    for (at, plugin) in asked {
      hot.pointee.ahead[at] = before
      before |= 1 << UInt64(at)
      if throttled.contains(plugin.identity.id) { hot.pointee.throttled |= 1 << UInt64(at) }
    }
  }

  /// Flows whose protocol is still looked for are looked at by those who are asked now: what a version that is not any more has
  /// answered does not count.
  private func mendSearches(reused: UInt64) {
    let asked = hot.pointee.overTCP | hot.pointee.overUDP
    var next = hot.pointee.slots.number(from: 0)
    while let number = next {
      next = hot.pointee.slots.number(from: number &+ 1)
      let slot = hot.pointee.slots[number]
      guard let stream = slot.activeStream else { continue }
      for index in stream.sessions {
        stream.include(reused, index)
        guard let search = stream.session(index).pointee.search, slot.pointee.isStream else { continue }
        let isDecided =
          search.pointee.bestCertainty > 0 && asked & 1 << UInt64(search.pointee.bestDissector) == 0
        if isDecided { search.pointee.bestCertainty = 0 }
        for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index {
          // The beginning of a direction with a hole is lost: nobody is asked about it any more.
          let isLost = stream.lane(d).pointee.holeLength > 0
          search.pointee.mend(d, asked: asked & ~reused, isLost: isLost, anew: isDecided)
        }
        if isDecided { askAnew(slot, stream, index) }
      }
    }
  }

  /// Asks about the bytes that wait: whoever knew them is not here any more.
  private func askAnew(_ slot: Slot, _ stream: Stream, _ index: UInt8) {
    let token = slot.pointee.token
    probeKept(slot, stream, index)
    for d: UInt8 in 0...1 where stream.lane(d).pointee.session == index && stream.lane(d).pointee.ended {
      if stream.session(index).pointee.phase == .probing { endWhileProbing(slot, stream, d) }
    }
    if !hot.pointee.handedBack.isEmpty { followHandedBack(token) }
    if self.slot(token).pointee.phase != .active { release(self.slot(token)) }
  }

  // MARK: Draining

  /// Lets go of the versions that have no session left; ends those sessions whose time to drain is over.
  ///
  /// - Parameter time: the capture time. Not during a call of the flow engine's.
  public func settlePlaces(at time: Int64) {
    guard hot.pointee.isDraining else { return }
    var isDraining = false
    for at in 0..<Places.most {
      guard let until = hot.pointee.places[at]?.drainsUntil else { continue }
      var cut: UInt64 = 0
      if meters[at].open > 0 {
        guard time >= until else {
          isDraining = true
          continue
        }
        cut = cutSessions(of: UInt8(at), at: until)
      }
      guard let place = hot.pointee.places[at] else { continue }
      hot.pointee.gone.append(DissectorFigures(place, meters[at], cut: cut))
      if hot.pointee.gone.count > Places.mostGone { hot.pointee.gone.removeFirst() }
      let lost = place.dissector.interruptions
      if lost.times > 0 { hot.pointee.goneInterruptions.append((place.dissector.plugin.identity.id, lost)) }
      if hot.pointee.goneInterruptions.count > Places.mostGone { hot.pointee.goneInterruptions.removeFirst() }
      hot.pointee.places[at] = nil
    }
    hot.pointee.isDraining = isDraining
  }

  /// Ends the sessions of a place, and the inspection of what they read. Returns how many there were.
  private func cutSessions(of place: UInt8, at time: Int64) -> UInt64 {
    var cut: UInt64 = 0
    packetMark.pointee.time = time
    var next = hot.pointee.slots.number(from: 0)
    while let number = next {
      next = hot.pointee.slots.number(from: number &+ 1)
      let slot = hot.pointee.slots[number]
      guard let stream = slot.activeStream else { continue }
      let token = slot.pointee.token
      for index in stream.sessions
      where stream.session(index).pointee.phase == .open && stream.session(index).pointee.dissector == place {
        closeSession(slot, stream, index, VDT_CLOSE_SHUTDOWN)
        cut &+= 1
      }
      if !hot.pointee.handedBack.isEmpty { followHandedBack(token) }
      if self.slot(token).pointee.phase != .active { release(self.slot(token)) }
    }
    counters.sessionsCut &+= cut
    return cut
  }

  /// Whether some version waits for its last sessions.
  public var isDraining: Bool { hot.pointee.isDraining }

  /// The instances that are here, by place.
  var dissectors: [Dissector] { hot.pointee.places.compactMap { $0?.dissector } }

  /// What each version did that is here, or was: those that are gone first.
  public var dissectorFigures: [DissectorFigures] {
    var all = hot.pointee.gone
    for at in 0..<Places.most {
      guard let place = hot.pointee.places[at] else { continue }
      all.append(DissectorFigures(place, meters[at]))
    }
    return all
  }
}

extension Search {
  /// Forgets what those answered about a direction who are not asked any more, so that those are who have not been.
  mutating func mend(_ d: UInt8, asked: UInt64, isLost: Bool, anew: Bool) {
    var no = d == 0 ? self.no.0 : self.no.1
    var more = d == 0 ? self.more.0 : self.more.1
    no = isLost ? .max : anew ? 0 : no & asked
    more = isLost || anew ? 0 : more & asked
    if d == 0 {
      self.no.0 = no
      self.more.0 = more
      askAgain.0 = 0
    } else {
      self.no.1 = no
      self.more.1 = more
      askAgain.1 = 0
    }
  }
}
