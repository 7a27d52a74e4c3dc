/// A machine of the day: its place on the wire, its clock, its programs.

/// A process on a machine.
final class HostProcess {
  unowned let machine: Machine
  let pid: Int
  let guid: String
  let image: String
  let commandLine: String
  let user: String
  let logon: String
  let cwd: String
  let parent: HostProcess?
  let digest: String

  init(
    _ machine: Machine, pid: Int, guid: String, image: String, commandLine: String, user: String, logon: String,
    cwd: String, parent: HostProcess?, digest: String
  ) {
    self.machine = machine
    self.pid = pid
    self.guid = guid
    self.image = image
    self.commandLine = commandLine
    self.user = user
    self.logon = logon
    self.cwd = cwd
    self.parent = parent
    self.digest = digest
  }
}

final class Machine {
  let host: String
  let station: Station
  let station6: Station?
  let isWindows: Bool
  let owner: Employee?
  /// What the host's clock shows too much.
  let clock: LabTime
  /// The Security log is collected beside Sysmon's.
  let hasSecurityLog: Bool
  let random: LabRandom
  private var ports: Set<Int> = []
  private var nextPort: Int
  private var pids: Set<Int> = []
  private var started: UInt64 = 0
  private let machineID: String
  /// Programs that run all day, by a short name.
  var programs: [String: HostProcess] = [:]
  /// Programs that listen, by port.
  var listeners: [Int: HostProcess] = [:]

  init(_ asset: Asset, owner: Employee?, isWindows: Bool, _ random: LabRandom) {
    host = asset.host
    self.owner = owner
    self.isWindows = isWindows
    self.random = random
    let delay = random.seconds(0.00005, 0.0003)
    station = Station(
      address: asset.addresses[0], mac: asset.mac, ttl: isWindows ? 128 : 64, isUnix: !isWindows, delay: delay)
    station6 =
      asset.addresses.count > 1
      ? Station(
        address: asset.addresses[1], mac: asset.mac, ttl: isWindows ? 128 : 64, isUnix: !isWindows, delay: delay) : nil
    clock = random.seconds(-3.5, 4.2)
    hasSecurityLog = isWindows && (owner == nil || random.chance(0.4))
    nextPort = (isWindows ? 49_700 : 32_900) + random.below(9000)
    machineID = random.hex(8)
  }

  /// `TW-WS011`
  var shortName: String { String(host.prefix { $0 != "." }) }

  /// A port for an outgoing connection, each one once.
  func port() -> Int {
    repeat { nextPort += random.within(1...3) } while !ports.insert(nextPort).inserted
    return nextPort
  }

  private func pid() -> Int {
    var pid = 0
    // Windows counts in fours.
    repeat {
      pid = isWindows ? 4 * random.within(200...3400) : random.within(900...30_000)
    } while !pids.insert(pid).inserted
    return pid
  }

  /// A process that is made now, or was long ago.
  func process(
    _ image: String, _ commandLine: String? = nil, user: String? = nil, parent: HostProcess? = nil,
    pid fixed: Int? = nil,
    cwd: String? = nil
  ) -> HostProcess {
    started += 1
    let pid = fixed ?? pid()
    let system = isWindows ? "NT AUTHORITY\\SYSTEM" : "root"
    let user = user ?? parent?.user ?? system
    // The digest of a file is the same wherever it lies.
    let digest = LabRandom(seed: 11).part(image.lowercased()).hex(64)
    return HostProcess(
      self, pid: pid, guid: "{\(machineID)-\(random.hex(4))-69ea-\(padded(Int64(started), 4))-0000\(random.hex(8))}",
      image: image, commandLine: commandLine ?? "\"\(image)\"", user: user,
      logon: user == system ? "0x3e7" : "0x\(LabRandom(seed: UInt64(pid)).part(host).hex(6))",
      cwd: cwd ?? (isWindows ? "C:\\Windows\\system32\\" : "/"), parent: parent, digest: digest)
  }
}

/// What a host's log will tell; times are true, the log adds its clock.
struct HostEvent {
  enum Kind {
    case start(HostProcess)
    case end(HostProcess)
    case connection(HostProcess, LabFlow, initiated: Bool, name: String?)
  }

  var time: LabTime
  var machine: Machine
  var kind: Kind
}

/// The five-tuple of a flow, from the side that opened it.
public struct LabFlow: Hashable, Sendable {
  public var source: LabAddress
  public var sourcePort: UInt16
  public var destination: LabAddress
  public var destinationPort: UInt16
  /// 6 or 17.
  public var proto: UInt8
}
