// SPDX-License-Identifier: MIT
#include "net/curl_easy.hpp"
#include "net/curl_multi.hpp"

#include <grove/timeout.hpp>

#include <curl/curl.h>

#include <new>
#include <utility>

/// One easy handle: its life, and its callbacks.

namespace grove::http {
namespace {

constexpr std::uint64_t largest_redirect_body = std::uint64_t{1} << 20;

}  // namespace

class transfer::head_view : public answer_head {
 public:
    head_view(void* easy, const head_lines& lines) : easy_(easy), lines_(lines) {}

    [[nodiscard]] int status() const override {
        return static_cast<int>(info<long>(easy_, CURLINFO_RESPONSE_CODE));
    }

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        return lines_.find(name);
    }

    [[nodiscard]] std::vector<header> all() const override { return lines_.all(); }

    [[nodiscard]] std::optional<std::uint64_t> content_length() const override {
        const auto length = info<curl_off_t>(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
        if (length < 0) return std::nullopt;
        return static_cast<std::uint64_t>(length);
    }

 private:
    void* easy_;
    const head_lines& lines_;
};

transfer::transfer(curl_multi& multi, const client_options& options)
    : multi_(multi), options_(options), easy_(curl_easy_init()) {
    if (easy_ == nullptr) throw std::bad_alloc();
    try {
        apply_options(options);
        apply_tls(options);
    } catch (...) {
        curl_easy_cleanup(easy_);
        free_list(connect_to_list_);
        throw;
    }
    stall_check_ = multi_.hub_.call_at(
        never, [this] { watch_for_stall(); }, keep_alive::no);
    resume_call_ = multi_.hub_.call_at(
        never, [this] { resume(); }, keep_alive::no);
}

transfer::~transfer() {
    curl_easy_cleanup(easy_);
    free_list(header_list_);
    free_list(resolve_list_);
    free_list(connect_to_list_);
}

bool transfer::run(hop next, body_sink& sink, deadline until) {
    hop_ = std::move(next);
    sink_ = &sink;
    sink.fed_by_ = this;
    detail::waiter me("http transfer", this);
    waiting_ = &me;
    if (!until.expired()) multi_.enqueue(*this);
    const on_exit leave([&sink] { sink.fed_by_ = nullptr; });
    return me.park(until) == detail::outcome::woken;
}

void body_sink::resume() {
    if (fed_by_ != nullptr) fed_by_->resume_soon();
}

/// On the hub's stack, just before libcurl gets the handle.
void transfer::begin() {
    result_ = {};
    error_text_[0] = '\0';
    head_.clear();
    head_shown_ = paused_ = head_grew_ = false;
    bytes_ = dropped_ = 0;
    uploaded_ = 0;
    apply_hop();
    last_progress_ = deadline::now();
    if (options_.stall_timeout > duration::zero()) {
        stall_check_.set(last_progress_ + options_.stall_timeout);
    }
}

/// On the hub's stack, outside libcurl's callbacks.
void transfer::complete(int code) noexcept {
    if (stage_ == stage::queued) unlink();
    if (stage_ == stage::active) {
        const bool whole = code == CURLE_OK || dropped_ > largest_redirect_body;
        if (whole && is_followed_redirect()) {
            result_.redirect_url = redirect_target();
            code = result_.redirect_url.empty() ? CURLE_URL_MALFORMAT : CURLE_OK;
        } else if (code == CURLE_OK && !head_shown_ && !show_head()) {
            code = CURLE_WRITE_ERROR;
        }
        curl_multi_remove_handle(multi_.multi_, easy_);
        std::erase(multi_.failed_connects_, easy_);
        multi_.unpin(*this);
        --multi_.active_;
    }
    explain(code);
    stage_ = stage::idle;
    multi_.hub_.let_go();
    stall_check_.cancel();
    resume_call_.cancel();
    if (waiting_ != nullptr) std::exchange(waiting_, nullptr)->wake();
}

void transfer::watch_for_stall() {
    const deadline now = deadline::now();
    const auto uploaded = info<curl_off_t>(easy_, CURLINFO_SIZE_UPLOAD_T);
    // Lines of a head are not timed one by one: a clock is read for each piece of a body only.
    const bool head_grew = std::exchange(head_grew_, false);
    const bool sent = std::exchange(uploaded_, uploaded) != uploaded;
    if (paused_ || head_grew || sent) last_progress_ = now;
    const deadline limit = last_progress_ + options_.stall_timeout;
    if (now < limit) {
        stall_check_.set(limit);
        return;
    }
    result_.stalled = true;
    complete(CURLE_OPERATION_TIMEDOUT);
}

// --- the body ---

bool transfer::show_head() {
    head_shown_ = true;
    head_.close();
    if (sink_ == nullptr) return false;
    try {
        return follow(sink_->on_head(head_view(easy_, head_)));
    } catch (...) {
        result_.thrown = std::current_exception();
        return false;
    }
}

/// False: the transfer is to end.
bool transfer::follow(flow wish) {
    if (wish.what == flow::action::pause) {
        paused_ = true;
        resume_call_.set(wish.resume_at);
    }
    return wish.what != flow::action::stop;
}

std::size_t transfer::on_write(char* bytes, std::size_t, std::size_t count, void* self) noexcept {
    auto& me = *static_cast<transfer*>(self);
    constexpr std::size_t failed = 0;
    me.last_progress_ = deadline::now();
    if (me.sink_ == nullptr) return failed;
    if (!me.head_shown_) {
        if (me.is_followed_redirect()) {
            me.dropped_ += count;
            return me.dropped_ > largest_redirect_body ? failed : count;
        }
        if (!me.show_head()) return failed;
        if (me.paused_) return CURL_WRITEFUNC_PAUSE;
    }
    try {
        if (!me.follow(me.sink_->on_body({bytes, count}))) return failed;
    } catch (...) {
        me.result_.thrown = std::current_exception();
        return failed;
    }
    if (me.paused_) return CURL_WRITEFUNC_PAUSE;
    me.bytes_ += count;
    return count;
}

std::size_t transfer::on_header(char* bytes, std::size_t, std::size_t count, void* self) noexcept {
    auto& me = *static_cast<transfer*>(self);
    me.head_grew_ = true;
    try {
        if (me.head_.add({bytes, count})) return count;
        throw error(error_kind::protocol, "the head of the answer is larger than 256 KiB");
    } catch (...) {
        me.result_.thrown = std::current_exception();
        return 0;
    }
}

/// At the hub's next turn: this may be called on a greenlet's small stack.
void transfer::resume_soon() {
    if (paused_) resume_call_.set(duration::zero());
}

void transfer::resume() {
    paused_ = false;
    last_progress_ = deadline::now();
    // May call on_write at once, and tells nobody else what that has said.
    if (const CURLcode code = curl_easy_pause(easy_, CURLPAUSE_CONT); code != CURLE_OK)
        complete(code);
    multi_.drive_timers();
}

/// The tripwire: a name that the resolver did not answer must not make libcurl start a thread.
int transfer::on_resolve(void*, void*, void* self) noexcept {
    return static_cast<const transfer*>(self)->hop_.host ? 1 : 0;
}

}  // namespace grove::http
