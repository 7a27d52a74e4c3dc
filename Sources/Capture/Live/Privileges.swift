// What the program may do beyond an ordinary user: capture, and nothing else.

import CLibpcap
import Glibc

public enum Privileges {
  /// Drops all capabilities but CAP_NET_RAW, which opening an interface needs later, for good: this thread, those that it
  /// starts and programs that it runs cannot get any back. Call it before any other thread is started: capabilities are a
  /// thread's own (capabilities(7)). A program without capabilities has nothing to drop.
  ///
  /// - Returns: whether CAP_NET_RAW is held.
  /// - Throws: when the system refuses; what could be dropped is dropped.
  @discardableResult
  public static func keepOnlyCapture() throws(CaptureError) -> Bool {
    func refused(_ what: String) -> CaptureError {
      CaptureError(.unreadable, "capabilities", "\(what): \(CaptureError.system(errno))")
    }
    var header = __user_cap_header_struct(version: UInt32(_LINUX_CAPABILITY_VERSION_3), pid: 0)
    var sets = [__user_cap_data_struct](repeating: __user_cap_data_struct(), count: 2)
    guard capget(&header, &sets) == 0 else { throw refused("cannot be read") }
    let capture = UInt32(1) << UInt32(CAP_NET_RAW)
    let mayCapture = sets[0].permitted & capture != 0
    // While CAP_SETPCAP is still there: what programs run from here on could get, and that root gets none by being root.
    if sets[0].effective & (1 << UInt32(CAP_SETPCAP)) != 0 {
      for capability in 0..<64 where capability != Int(CAP_NET_RAW) {
        // Beyond the last one that this kernel knows it says no.
        if capture_prctl(Int32(PR_CAPBSET_DROP), UInt(capability), 0) != 0 { break }
      }
      let bits = UInt(1 << SECURE_NOROOT | 1 << SECURE_NOROOT_LOCKED)
      guard capture_prctl(Int32(PR_SET_SECUREBITS), bits, 0) == 0 else { throw refused("root cannot be made ordinary") }
    }
    _ = capture_prctl(Int32(PR_CAP_AMBIENT), UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0)
    guard capture_prctl(Int32(PR_SET_NO_NEW_PRIVS), 1, 0) == 0 else { throw refused("new ones cannot be refused") }
    let kept = mayCapture ? capture : 0
    sets[0] = __user_cap_data_struct(effective: kept, permitted: kept, inheritable: 0)
    sets[1] = __user_cap_data_struct()
    guard capset(&header, &sets) == 0 else { throw refused("cannot be dropped") }
    return mayCapture
  }
}
