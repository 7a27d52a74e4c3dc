/// A signal of the operating system, by a name that is not also that of a signal of an analytic.

import EventLoop

typealias ProcessSignal = Signal
