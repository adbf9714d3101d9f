// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/talk_options.hpp"
#include "cmd/common/terminal_text.hpp"

#include <grove/deadline.hpp>
#include <grove/semaphore.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The only writer of stdout and stderr. stdout carries data (bodies, text lines, JSON lines),
/// stderr carries talk (messages and the status area with the progress).
///
/// Data is collected and written in large pieces: when 64 KiB are there, when a line ends on a
/// terminal, and otherwise at the latest 100 ms after it came, provided that somebody calls `tick`
/// or writes on. A reader that went away (EPIPE) ends the run quietly; any other failure of stdout
/// is told on stderr. In both cases `lost()` turns true, `on_lost` is called, and further data is
/// dropped; `finish` turns it into the exit code.
///
/// O_NONBLOCK is never set on descriptors that were inherited: they are shared with the shell. A
/// pipe or a terminal is opened once more through /proc for non-blocking writes; where that is
/// refused, at most 4096 bytes go at a time after poll(2) found room.
///
/// Terminals: control characters in data and talk are made harmless, so that a name or a body
/// cannot repaint the screen. The status area is drawn only while the process is in the foreground,
/// and what a shell wrote between a stop and SIGCONT (whose handler this class sets) is not erased.
///
/// Blocks: where stdout is full, in `wait_writable`; the caller's seam decides whether the hub goes
/// on meanwhile. Talk on stderr is written at once. Interrupted: what was not written stays
/// buffered. Threads: one.

namespace grove::cmd {

/// How to wait until `fd` takes bytes. The default blocks the thread in poll(2), which is right
/// before and after a run; a run on the hub sets a cooperative one.
using wait_writable_function = std::function<void(int fd)>;

/// Opens /dev/null on whichever of 0, 1, 2 is closed, the wrong way round, so that no file of the
/// run gets such a number and using one fails with EBADF; and ignores SIGPIPE. Call it first in
/// main.
void prepare_standard_streams();

class output {
 public:
    /// Writes data to `data_fd` and talk to `talk_fd`; neither is closed.
    explicit output(const talk_options& options, int data_fd = 1, int talk_fd = 2);
    output(const output&) = delete;
    output& operator=(const output&) = delete;

    /// Clears the status area and writes what is left; failures are past telling.
    ~output();

    void set_wait_writable(wait_writable_function wait) { wait_ = std::move(wait); }

    /// Called once, when stdout was lost. It must not park and not write.
    void on_lost(std::function<void()> callback) { on_lost_ = std::move(callback); }

    // Data.

    /// Bytes as they are (but see Terminals above).
    void write(std::string_view bytes);

    /// `text` and a line feed.
    void line(std::string_view text);

    /// A JSON object and a line feed, kept together.
    void json(std::string_view object) { line(object); }

    /// Writes all that is collected.
    void flush();

    /// Flushes what has waited 100 ms. Result: when to call again; `never` while nothing waits.
    deadline tick();

    /// For who writes seldom: notices that the reader of stdout has gone.
    void look_for_reader();

    /// Drops what is collected and not written, for a run whose time is over. Result: bytes.
    std::size_t drop_unwritten() noexcept;

    /// True once nothing more can be written: stop the run.
    [[nodiscard]] bool lost() const noexcept { return state_ != data_state::good; }

    // Talk.

    void error(std::string_view text);    ///< `error: text`; also with --quiet
    void warning(std::string_view text);  ///< `warning: text`; not with --quiet
    void say(std::string_view text);      ///< not with --quiet
    void detail(std::string_view text);   ///< only with --verbose

    /// `label` and `text`, which go on in one line; the label in green. Not with --quiet.
    void say_passed(std::string_view label, std::string_view text);
    /// In red; also with --quiet.
    void say_failed(std::string_view label, std::string_view text);

    /// `detail` says something: worth composing it.
    [[nodiscard]] bool says_details() const noexcept { return options_.verbose; }

    /// Lines as they are, whatever --quiet says: usage errors, reports of a failed expectation.
    void print_talk(std::string_view lines);

    /// Replaces the lines that stay at the bottom of a terminal; empty removes them. Each must fit
    /// `columns()`; colour codes count nothing. Nothing happens where `has_status()` is false.
    void status(std::vector<std::string> lines);

    /// True when stderr is a terminal that can move its cursor.
    [[nodiscard]] bool has_status() const noexcept { return talk_terminal_ && !dumb_; }

    /// The same, and nobody else writes there: stdout goes to a terminal, a file or nowhere, and
    /// not through a pipe whose reader may print below what we would move the cursor over.
    [[nodiscard]] bool owns_screen() const noexcept {
        return has_status() && (data_terminal_ || kind_ == data_kind::file || discards_);
    }

    /// Size of stderr's terminal, asked anew each time; 80 x 24 elsewhere.
    struct screen {
        unsigned columns = 80;
        unsigned rows = 24;
    };

    [[nodiscard]] screen talk_screen() const noexcept;

    [[nodiscard]] bool talk_has_color() const noexcept { return color_; }

    [[nodiscard]] bool data_is_terminal() const noexcept { return data_terminal_; }

    [[nodiscard]] const talk_options& options() const noexcept { return options_; }

    /// Ends the run's output: drops its two callbacks, clears the status area, flushes (blocking
    /// the thread), and tells the code to end with. A
    /// reader that went away makes it `ok` unless a signal ended the run, a failed stdout
    /// `environment`.
    [[nodiscard]] exit_code finish(exit_code code);

 private:
    enum class data_state : unsigned char { good, closed, failed };
    enum class data_kind : unsigned char { file, own_description, socket, shared };

    void append(std::string_view bytes);
    void flush_data();
    [[nodiscard]] std::ptrdiff_t write_piece(std::string_view bytes) const;
    void wait_for_room() const;
    void choose_data_kind();
    void lose(int error);
    void talk(std::string_view label, const char* color, std::string_view text);
    void write_talk(std::string_view bytes) const;
    [[nodiscard]] std::string erase_status();
    [[nodiscard]] std::string draw_status();

    talk_options options_;
    wait_writable_function wait_;
    std::function<void()> on_lost_;
    int data_fd_;
    int talk_fd_;
    int own_fd_ = -1;  // data_fd_ opened once more, non-blocking
    data_kind kind_ = data_kind::file;
    bool data_terminal_ = false;
    bool discards_ = false;  // stdout is a device that keeps nothing, such as /dev/null
    bool talk_terminal_ = false;
    bool dumb_ = false;
    bool color_ = false;
    data_state state_ = data_state::good;
    std::string buffer_;
    std::size_t written_ = 0;  // of buffer_
    deadline due_;             // when buffer_ is to be written at the latest; never: it is empty
    semaphore writing_{1};     // held by whom writes buffer_, across waits for room
    bool mid_line_ = false;    // data on the terminal stopped inside a line
    terminal_filter filter_;
    std::vector<std::string> status_;
    bool status_drawn_ = false;
    unsigned drawn_after_ = 0;  // so many SIGCONT
};

}  // namespace grove::cmd
