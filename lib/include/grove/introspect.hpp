// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/snapshot.hpp>

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What all greenlets of the process do, on whichever thread: as data, as a tree for people, as
/// JSON for tools, and at the press of Ctrl-\.
///
///     const grove::introspect::print_on_signal on_quit;  // SIGQUIT prints the tree and goes on
///     ...
///     std::cerr << grove::introspect::to_tree(grove::introspect::snapshot());
///     // hub of thread 4711 (crawler): 3 greenlets, 1 timer, 5 descriptors, 1894 switches
///     //   main greenlet, parked on hub.join for 2.1s
///     //     feeder, parked on queue.put 0x7ffd2c for 12ms, spawned at crawl.cpp:31
///     //       Greenlet-3 and 49 more, parked on fd.read 7 for 3ms to 1.9s, spawned at
///     crawl.cpp:40
///
/// Each hub is asked through its mailbox, so its answer is one moment of it; answers of different
/// hubs are not of the same moment. A hub that is kept by a greenlet which computes or blocks
/// cannot answer: then that greenlet is told, with its native stack, and the hub's other greenlets
/// are missing.

namespace grove::introspect {

/// A hub at one moment.
struct hub_view {
    pid_t thread = 0;         ///< the kernel's number of it
    std::string thread_name;  ///< as /proc says it

    bool answered = false;
    hub_snapshot seen;                             ///< empty unless it answered
    std::vector<std::vector<std::string>> stacks;  ///< of each greenlet seen, if asked for

    // Of a hub that has not answered: what keeps it. Empty when not even a signal got through.
    std::string running;     ///< the greenlet's name; `the hub`: a callback
    std::string spawned_at;  ///< `file:line`
    std::vector<std::string> frames;
};

struct process_snapshot {
    duration within{};           ///< how long hubs had to answer
    std::vector<hub_view> hubs;  ///< the asking thread's first, then in the order of making
};

struct snapshot_options {
    duration within = std::chrono::milliseconds(100);
    /// Native stacks of greenlets that do not run: function names, innermost first. Reading the
    /// symbols costs some milliseconds a library the first time.
    bool stacks = false;
};

/// Asks all hubs of the process. The asking thread need not have one.
/// Blocks: as long as the slowest hub takes, at most `within`; other greenlets run meanwhile, but
/// not where it is called from a hub's callback or under a simulation: there it blocks the thread.
/// Interrupted: nothing happened. Throws: `std::runtime_error` when stacks are asked for and there
/// is no libunwind. Threads: any.
[[nodiscard]] GROVE_API process_snapshot snapshot(const snapshot_options& options = {});

struct tree_options {
    /// Of greenlets with the same spawner, place and wait that have spawned nothing, more than so
    /// many become one line with their number.
    std::size_t alike = 4;
};

/// A line a greenlet, indented under the one that spawned it. Those whose spawner has ended stand
/// under its name in brackets.
[[nodiscard]] GROVE_API std::string to_tree(const process_snapshot& seen,
                                            const tree_options& options = {});

/// One object on one line; absent things are null, lists are there when empty; `seconds` since it
/// parked last or was made:
///
///     {"pid":4711,"hubs":[
///       {"thread":4711,"thread_name":"crawler","answered":true,
///        "timers":1,"watches":5,"switches":1894,"stacks":3,
///        "services":[{"name":"grove::detail::resolver","text":"2 names in flight"}],
///        "greenlets":[{"id":3,"name":"Greenlet-3","state":"parked","waits_on":"fd.read 7",
///                      "seconds":0.003,"spawned_at":"crawl.cpp:40","spawner":2,
///                      "spawned_by":"feeder","kill_pending":false,"stack":["main"]}]},
///       {"thread":4712,"thread_name":"crawler","answered":false,"running":"Greenlet-9",
///        "spawned_at":"crawl.cpp:77","stack":["burn(int)"]}]}
[[nodiscard]] GROVE_API std::string to_json(const process_snapshot& seen);

/// Prints the tree to stderr. Blocks: as `snapshot`.
GROVE_API void print(const snapshot_options& options = {});

struct print_on_signal_options {
    int signal = SIGQUIT;
    snapshot_options ask = {};
    /// Called on the hub of the thread that made the object; must not wait. When it is empty, and
    /// when that hub has not answered, the tree goes straight to stderr, as far as that takes it
    /// within a second.
    std::function<void(const process_snapshot&)> tell = {};
};

/// While it lives, the signal prints the tree and the program goes on. A thread of its own waits
/// for it, so that it also works when all hubs are blocked. The signal's former action comes back
/// at the end.
/// Threads: ends on the one that made it; one at a time in a process.
class GROVE_API print_on_signal {
 public:
    /// Throws: `std::logic_error` when there is one already, `std::system_error` (EINVAL: no such
    /// signal, or one that cannot be caught; no descriptor or thread is left).
    explicit print_on_signal(print_on_signal_options options = {});
    print_on_signal(const print_on_signal&) = delete;
    print_on_signal& operator=(const print_on_signal&) = delete;
    /// Waits for a tree that is being taken; what has not been told is dropped.
    ~print_on_signal();

 private:
    class watcher;
    std::unique_ptr<watcher> watcher_;
};

/// Does what the environment asks for: `GROVE_TRACE=FILE` (grove/switch_trace.hpp) and
/// `GROVE_WATCH_BLOCKED=TIME` (grove/blocked_watch.hpp). A program on libgrove.so need not call it;
/// one that is linked with libgrove.a has to, or the two are not in it.
GROVE_API void obey_environment();

}  // namespace grove::introspect
