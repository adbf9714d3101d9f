// SPDX-License-Identifier: MIT
#include "cmd/common/output.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <system_error>
#include <utility>

namespace grove::cmd {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t large_piece = std::size_t{64} * 1024;
constexpr duration longest_delay = 100ms;
// A pipe that poll(2) calls writable takes this much without blocking (pipe(7): PIPE_BUF).
constexpr std::size_t safe_piece = 4096;

constexpr const char* red = "\x1b[1;31m";
constexpr const char* green = "\x1b[32m";
constexpr const char* yellow = "\x1b[33m";
constexpr const char* normal = "\x1b[0m";

bool is_set(const char* name) noexcept {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody writes it
    return value != nullptr && *value != '\0';
}

// Where TERM says nothing, nothing is known of the terminal.
bool is_dumb_terminal() noexcept {
    const char* const kind = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
    return kind == nullptr || *kind == '\0' || std::strcmp(kind, "dumb") == 0;
}

bool is_writable_now(int fd) noexcept {
    pollfd one{fd, POLLOUT, 0};
    return ::poll(&one, 1, 0) > 0;
}

void wait_in_poll(int fd) noexcept {
    pollfd one{fd, POLLOUT, 0};
    ::poll(&one, 1, -1);
}

// How often the process was continued after a stop: the shell has written since.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a handler has no object
std::atomic<unsigned> continued{0};
static_assert(std::atomic<unsigned>::is_always_lock_free, "the handler may only touch such data");

void on_continue(int /*signal*/) noexcept {
    continued.fetch_add(1, std::memory_order_relaxed);
}

void watch_for_continue() noexcept {
    struct sigaction action {};

    action.sa_handler = on_continue;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    ::sigaction(SIGCONT, &action, nullptr);
}

// Also where the terminal is not the one that controls the process.
bool is_in_foreground(int terminal) noexcept {
    const pid_t group = ::tcgetpgrp(terminal);
    return group == -1 || group == ::getpgrp();
}

std::string without_colors(std::string_view line) {
    std::string plain;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '\x1b') {
            at = std::min(line.find('m', at), line.size());
        } else {
            plain += line[at];
        }
    }
    return plain;
}

}  // namespace

void prepare_standard_streams() {
    for (const int fd : {0, 1, 2}) {
        if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            // The lowest free number is `fd`: those below are open by now.
            [[maybe_unused]] const int opened = ::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
        }
    }
    std::signal(SIGPIPE, SIG_IGN);
}

output::output(const talk_options& options, int data_fd, int talk_fd)
    : options_(options), data_fd_(data_fd), talk_fd_(talk_fd) {
    data_terminal_ = ::isatty(data_fd_) == 1;
    talk_terminal_ = ::isatty(talk_fd_) == 1;
    dumb_ = is_dumb_terminal();
    color_ = options.color == color_mode::always ||
             (options.color == color_mode::automatic && has_status() && !is_set("NO_COLOR"));
    choose_data_kind();
    if (has_status()) watch_for_continue();
}

output::~output() {
    wait_ = nullptr;  // the hub may be gone
    status({});
    flush();
    if (own_fd_ >= 0) ::close(own_fd_);
}

void output::choose_data_kind() {
    struct stat about {};

    if (::fstat(data_fd_, &about) != 0 || S_ISREG(about.st_mode) || S_ISBLK(about.st_mode)) return;
    // Closed by the caller, and kept by prepare_standard_streams: a write must fail, not succeed
    // through a description of our own.
    if ((::fcntl(data_fd_, F_GETFL) & O_ACCMODE) == O_RDONLY) return;
    if (S_ISSOCK(about.st_mode)) {
        kind_ = data_kind::socket;
        return;
    }
    discards_ = S_ISCHR(about.st_mode) && !data_terminal_;
    const std::string path = fmt::format("/proc/self/fd/{}", data_fd_);
    own_fd_ = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    kind_ = own_fd_ >= 0 ? data_kind::own_description : data_kind::shared;
}

void output::write(std::string_view bytes) {
    if (data_terminal_) {
        append(filter_(bytes));
    } else {
        append(bytes);
    }
}

void output::line(std::string_view text) {
    if (lost()) return;
    std::string whole;
    whole.reserve(text.size() + 1);
    whole.append(text) += '\n';
    write(whole);
}

void output::append(std::string_view bytes) {
    if (lost() || bytes.empty()) return;
    if (due_.is_never()) due_ = deadline(longest_delay);
    buffer_ += bytes;
    const bool line_ended = data_terminal_ && bytes.find('\n') != std::string_view::npos;
    if (line_ended || buffer_.size() - written_ >= large_piece || due_.expired()) flush();
}

void output::flush() {
    if (written_ == buffer_.size()) return;
    const std::lock_guard hold(writing_);
    const bool around_status = data_terminal_ && !status_.empty();
    if (around_status) write_talk(erase_status());
    flush_data();
    if (around_status) write_talk(draw_status());
}

void output::flush_data() {
    while (!lost() && written_ < buffer_.size()) {
        const std::ptrdiff_t done = write_piece(std::string_view(buffer_).substr(written_));
        if (done > 0) {
            mid_line_ = buffer_[written_ + static_cast<std::size_t>(done) - 1] != '\n';
            written_ += static_cast<std::size_t>(done);
        } else if (done == 0) {
            lose(EIO);
        } else if (errno == EAGAIN) {
            wait_for_room();
        } else if (errno != EINTR) {
            lose(errno);
        }
        if (written_ > large_piece) {
            buffer_.erase(0, written_);
            written_ = 0;
        }
    }
    buffer_.clear();
    written_ = 0;
    due_ = never;
}

// Result: bytes written, above zero; or -1 and errno.
std::ptrdiff_t output::write_piece(std::string_view bytes) const {
    switch (kind_) {
        case data_kind::file:
            return ::write(data_fd_, bytes.data(), bytes.size());
        case data_kind::own_description:
            return ::write(own_fd_, bytes.data(), bytes.size());
        case data_kind::socket:
            return ::send(data_fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        case data_kind::shared:
            break;
    }
    if (!is_writable_now(data_fd_)) {
        errno = EAGAIN;
        return -1;
    }
    return ::write(data_fd_, bytes.data(), std::min(bytes.size(), safe_piece));
}

void output::wait_for_room() const {
    const int fd = own_fd_ >= 0 ? own_fd_ : data_fd_;
    if (wait_) {
        wait_(fd);
    } else {
        wait_in_poll(fd);
    }
}

void output::look_for_reader() {
    if (lost() || kind_ == data_kind::file || data_terminal_) return;
    pollfd one{own_fd_ >= 0 ? own_fd_ : data_fd_, 0, 0};
    if (::poll(&one, 1, 0) > 0 && (one.revents & (POLLERR | POLLHUP)) != 0) lose(EPIPE);
}

void output::lose(int error) {
    const bool reader_left = error == EPIPE || error == ECONNRESET;
    state_ = reader_left ? data_state::closed : data_state::failed;
    if (!reader_left) {
        this->error("cannot write to stdout: " + std::generic_category().message(error));
    }
    if (on_lost_) on_lost_();
}

deadline output::tick() {
    if (due_.expired()) flush();
    return due_;
}

std::size_t output::drop_unwritten() noexcept {
    const std::size_t dropped = lost() ? 0 : buffer_.size() - written_;
    buffer_.clear();
    written_ = 0;
    due_ = never;
    return dropped;
}

void output::error(std::string_view text) {
    talk("error: ", red, text);
}

void output::warning(std::string_view text) {
    if (!options_.quiet) talk("warning: ", yellow, text);
}

void output::say(std::string_view text) {
    if (!options_.quiet) talk({}, nullptr, text);
}

void output::detail(std::string_view text) {
    if (options_.verbose) talk({}, nullptr, text);
}

void output::say_passed(std::string_view label, std::string_view text) {
    if (!options_.quiet) talk(label, green, text);
}

void output::say_failed(std::string_view label, std::string_view text) {
    talk(label, red, text);
}

void output::print_talk(std::string_view lines) {
    talk({}, nullptr, lines);
}

void output::talk(std::string_view label, const char* color, std::string_view text) {
    std::string whole = erase_status();
    if (data_terminal_ && talk_terminal_ && std::exchange(mid_line_, false)) whole += '\n';
    if (color_ && color != nullptr) {
        whole.append(color).append(label).append(normal);
    } else {
        whole += label;
    }
    whole += talk_terminal_ ? terminal_filter()(text) : std::string(text);
    if (!text.ends_with('\n')) whole += '\n';
    write_talk(whole + draw_status());
}

// Whole pieces, so that lines of several writers do not mix. Failures are past telling.
void output::write_talk(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t done = ::write(talk_fd_, bytes.data(), bytes.size());
        if (done >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(done));
        } else if (errno == EAGAIN) {
            wait_in_poll(talk_fd_);
        } else if (errno != EINTR) {
            return;
        }
    }
}

void output::status(std::vector<std::string> lines) {
    if (!has_status()) return;
    std::string change = erase_status();
    status_ = std::move(lines);
    change += draw_status();
    if (!change.empty()) write_talk(change);
}

// After a resize the lines may have been broken: their rows are counted at the width of now.
std::string output::erase_status() {
    if (!std::exchange(status_drawn_, false)) return {};
    // What the shell wrote meanwhile stands below: it must not be erased.
    if (drawn_after_ != continued.load(std::memory_order_relaxed)) return {};
    const std::size_t columns = talk_screen().columns;
    std::size_t rows = 0;
    for (const std::string& each : status_) {
        const std::size_t width = display_width(without_colors(each));
        rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
    }
    return fmt::format("\r\x1b[{}A\x1b[J", rows);
}

std::string output::draw_status() {
    if (status_.empty() || (data_terminal_ && mid_line_) || !is_in_foreground(talk_fd_)) return {};
    status_drawn_ = true;
    drawn_after_ = continued.load(std::memory_order_relaxed);
    std::string lines;
    for (const std::string& each : status_) (lines += each) += '\n';
    return lines;
}

output::screen output::talk_screen() const noexcept {
    winsize size{};
    screen result;
    if (::ioctl(talk_fd_, TIOCGWINSZ, &size) != 0) return result;
    if (size.ws_col > 0) result.columns = size.ws_col;
    if (size.ws_row > 0) result.rows = size.ws_row;
    return result;
}

exit_code output::finish(exit_code code) {
    // The run is over: what it gave to be called may be gone.
    wait_ = nullptr;
    on_lost_ = nullptr;
    status({});
    flush();
    switch (state_) {
        case data_state::good:
            return code;
        case data_state::closed:
            return is_by_signal(code) ? code : exit_code::ok;
        case data_state::failed:
            break;
    }
    return merge(code, exit_code::environment);
}

}  // namespace grove::cmd
