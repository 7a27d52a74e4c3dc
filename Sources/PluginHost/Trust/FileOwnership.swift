/// Who can change a file that this process is to trust.

#if canImport(Glibc)
  import Glibc
#endif

enum FileOwnership {
  /// The folder and the owner of this program's file: whoever can change that needs no plugin.
  struct Program: Sendable {
    var folder: String
    var owner: uid_t

    static let own: Program? = {
      var info = stat()
      guard let path = realpath("/proc/self/exe", nil) else { return nil }
      defer { free(path) }
      guard stat(path, &info) == 0, let folder = FileOwnership.folder(of: String(cString: path)) else { return nil }
      return Program(folder: folder, owner: info.st_uid)
    }()
  }

  /// Whether nobody gets a right by owning a file that is loaded here: root, this process's user, the program's owner.
  static func isTrusted(_ owner: uid_t) -> Bool { owner == 0 || owner == geteuid() || owner == Program.own?.owner }

  /// What is wrong with a file's owner and mode, and what to do; nil if only those can change it who may.
  static func fault(_ info: stat) -> String? {
    if isWritableByOthers(info) { return "can be written by others than its owner; refused (chmod go-w it)" }
    guard isTrusted(info.st_uid) else {
      return "is owned by uid \(info.st_uid), which is neither root nor the user of this process (uid \(geteuid())); "
        + "refused (chown it)"
    }
    return nil
  }

  /// What is wrong with a folder, where another file could be put in the place of one that is trusted.
  static func fault(ofFolder folder: String) -> String? {
    var info = stat()
    guard stat(folder, &info) == 0 else { return "lies in \(folder), which cannot be looked at; refused" }
    // In a sticky folder only the owner of a file can move it.
    if isWritableByOthers(info), info.st_mode & S_ISVTX == 0 {
      return "lies in \(folder), where others than the owner can replace it; refused (chmod go-w the folder)"
    }
    guard isTrusted(info.st_uid) else {
      return "lies in \(folder), which is owned by uid \(info.st_uid), neither root nor the user of this process "
        + "(uid \(geteuid())); refused (chown the folder)"
    }
    return nil
  }

  /// The same of the folder that an open file lies in.
  static func fault(ofFolderOf file: Int32) -> String? {
    guard let folder = folder(of: file) else { return "lies in a folder that cannot be told; refused" }
    return fault(ofFolder: folder)
  }

  private static func isWritableByOthers(_ info: stat) -> Bool {
    info.st_mode & S_IWOTH != 0 || info.st_mode & S_IWGRP != 0 && info.st_gid != 0
  }

  /// The folder that an open file lies in, whatever links led to it; nil if the system does not tell.
  static func folder(of descriptor: Int32) -> String? {
    var name = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = name.withUnsafeMutableBytes { room in
      guard let start = room.bindMemory(to: CChar.self).baseAddress else { return -1 }
      return readlink("/proc/self/fd/\(descriptor)", start, room.count)
    }
    guard count > 0, count < name.count else { return nil }
    return folder(of: String(decoding: name.prefix(count), as: UTF8.self))
  }

  static func folder(of path: String) -> String? {
    guard path.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
