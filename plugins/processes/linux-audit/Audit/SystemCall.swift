/// The system calls that tell of processes and connections.

/// A call, from its number on the machine's architecture or from its name.
enum SystemCall: Equatable {
  case execve, connect, socket, exit
  case other(String)

  /// `arch` and `syscall` of a SYSCALL record (`c000003e`, `59`), or AUOMS' and the enriched form's names.
  init(_ fields: AuditFields) {
    let name = fields.text("SYSCALL") ?? fields.text("syscall") ?? ""
    let arch = fields.text("arch")?.lowercased() ?? ""
    switch (arch, name) {
    case (_, "execve"), (_, "execveat"): self = .execve
    case (_, "connect"): self = .connect
    case (_, "socket"): self = .socket
    case (_, "exit"), (_, "exit_group"): self = .exit
    // x86-64, arm64, i386, arm: asm/unistd.h of each
    case ("c000003e", "59"), ("c000003e", "322"), ("c00000b7", "221"), ("c00000b7", "281"), ("40000003", "11"),
      ("40000003", "358"), ("40000028", "11"), ("40000028", "387"):
      self = .execve
    case ("c000003e", "42"), ("c00000b7", "203"), ("40000003", "362"), ("40000028", "283"): self = .connect
    case ("c000003e", "41"), ("c00000b7", "198"), ("40000003", "359"), ("40000028", "281"): self = .socket
    case ("c000003e", "60"), ("c000003e", "231"), ("c00000b7", "93"), ("c00000b7", "94"), ("40000003", "1"),
      ("40000003", "252"), ("40000028", "1"), ("40000028", "248"):
      self = .exit
    default: self = .other(name)
    }
  }

  var name: String {
    switch self {
    case .execve: "execve"
    case .connect: "connect"
    case .socket: "socket"
    case .exit: "exit"
    case .other(let name): name.isEmpty ? "?" : name
    }
  }
}
