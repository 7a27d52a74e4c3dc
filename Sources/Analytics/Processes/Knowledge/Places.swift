/// Where programs lie, and what lying there says.

struct Place: Sendable {
  /// A part of the normalised path (lower case, `\` on Windows).
  var fragment: String
  /// How odd it is that a program runs from there, by itself.
  var score: Double
  var title: String
}

enum Places {
  /// Where anybody can write: a program there was put there by somebody who need not be an administrator.
  static let open: [Place] = [
    Place(fragment: "\\$recycle.bin\\", score: 0.75, title: "the recycle bin"),
    Place(fragment: "\\users\\public\\", score: 0.55, title: "the public user's folder"),
    Place(fragment: "\\windows\\temp\\", score: 0.35, title: "the system's folder for temporary files"),
    Place(fragment: "\\windows\\tasks\\", score: 0.6, title: "the folder of scheduled tasks"),
    Place(fragment: "\\windows\\fonts\\", score: 0.6, title: "the folder of fonts"),
    Place(fragment: "\\windows\\addins\\", score: 0.6, title: "a folder of add-ins"),
    Place(fragment: "\\windows\\tracing\\", score: 0.6, title: "a folder for traces"),
    Place(fragment: "\\system32\\tasks\\", score: 0.6, title: "the folder of scheduled tasks"),
    Place(fragment: "\\users\\default\\", score: 0.5, title: "the template of new users' folders"),
    Place(fragment: "\\start menu\\programs\\startup\\", score: 0.5, title: "the folder of what starts at logon"),
    Place(fragment: "\\inetpub\\wwwroot\\", score: 0.5, title: "a web server's content"),
    Place(fragment: "\\windows\\debug\\", score: 0.6, title: "a folder for debug logs"),
    Place(fragment: "\\perflogs\\", score: 0.6, title: "the folder of performance logs"),
    Place(fragment: "\\spool\\drivers\\color\\", score: 0.65, title: "a folder of colour profiles"),
    Place(fragment: "\\appdata\\local\\temp\\", score: 0.3, title: "a user's folder for temporary files"),
    Place(fragment: "\\temporary internet files\\", score: 0.45, title: "the browser's cache"),
    Place(fragment: "\\inetcache\\", score: 0.45, title: "the browser's cache"),
    Place(fragment: "\\downloads\\", score: 0.3, title: "a user's downloads"),
    Place(fragment: "\\desktop\\", score: 0.3, title: "a user's desktop"),
    Place(fragment: "\\documents\\", score: 0.3, title: "a user's documents"),
    Place(fragment: "\\pictures\\", score: 0.35, title: "a user's pictures"),
    Place(fragment: "\\music\\", score: 0.35, title: "a user's music"),
    Place(fragment: "\\videos\\", score: 0.35, title: "a user's videos"),
    Place(fragment: "\\appdata\\locallow\\", score: 0.35, title: "a folder for what is not trusted"),
    Place(fragment: "\\appdata\\roaming\\", score: 0.2, title: "a user's application data"),
    Place(fragment: "c:\\temp\\", score: 0.3, title: "a folder for temporary files"),
    // memfd_create(2): a program that is on no disk.
    Place(fragment: "/memfd:", score: 0.85, title: "memory, without a file"),
    Place(fragment: "/proc/", score: 0.6, title: "an open descriptor"),
    Place(fragment: "/dev/shm/", score: 0.7, title: "shared memory"),
    Place(fragment: "/tmp/", score: 0.4, title: "the folder for temporary files"),
    Place(fragment: "/var/tmp/", score: 0.45, title: "the folder for temporary files"),
    Place(fragment: "/var/www/", score: 0.5, title: "a web server's content"),
    Place(fragment: "/run/shm/", score: 0.7, title: "shared memory"),
    Place(fragment: "/var/spool/", score: 0.5, title: "a folder for queues"),
    Place(fragment: "/run/user/", score: 0.4, title: "a session's run-time folder"),
  ]

  private static let share = Place(fragment: "", score: 0.45, title: "another machine's share")

  static func open(_ image: String) -> Place? {
    let path = ImageName.normal(image)
    // AppImages mount themselves there to run.
    if path.hasPrefix("/tmp/.mount_") { return nil }
    if path.hasPrefix("\\\\"), !path.hasPrefix("\\\\?\\"), !path.hasPrefix("\\\\.\\") { return share }
    return open.first { place in
      // Absolute places of Unix are prefixes; all others may lie anywhere in the path.
      place.fragment.hasPrefix("/") ? path.hasPrefix(place.fragment) : path.holds(place.fragment)
    }
  }

  /// Where only administrators, or installers for one user, put programs.
  private static let installed = [
    "c:\\windows\\", "c:\\program files\\", "c:\\program files (x86)\\", "c:\\packages\\", "c:\\windowsazure\\",
    "/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", "/snap/", "/nix/", "/app/", "/System/", "/Applications/",
  ]

  /// Whether somebody without administrator's rights could have put it there: on Windows that is everywhere but in
  /// the folders of the system and of installed programs, for anybody may make a folder on the volume.
  static func writable(_ image: String) -> Bool {
    if open(image) != nil { return true }
    let path = drive(ImageName.normal(image))
    guard path.holds("\\") || path.hasPrefix("/") else { return false }
    if path.holds("\\programdata\\microsoft\\") { return false }
    return !installed.contains { path.hasPrefix($0.lowercased()) }
  }

  /// Whether it is in a user's own folder for applications, where installers for one user put programs.
  static func ownApplications(_ image: String) -> Bool {
    open(image) == nil && ImageName.normal(image).holds("\\appdata\\local\\")
  }

  /// Whether it came from the store, which only the system can write to.
  static func isStoreApp(_ image: String) -> Bool {
    let path = drive(ImageName.normal(image))
    return path.hasPrefix("c:\\program files\\windowsapps\\") || path.hasPrefix("c:\\windows\\systemapps\\")
  }

  /// Another drive's Windows is a Windows too.
  private static func drive(_ path: String) -> String {
    path.utf8.count > 2 && path.dropFirst().first == ":" ? "c" + path.dropFirst() : path
  }

  /// Whether an image may lie in one of the folders; an image without a path may.
  static func lies(_ image: String, in folders: [String]) -> Bool {
    guard !folders.isEmpty else { return true }
    let path = ImageName.normal(image)
    guard path.holds("\\") || path.holds("/") else { return true }
    let rest = drive(path)
    return folders.contains { rest.hasPrefix($0) }
  }
}
