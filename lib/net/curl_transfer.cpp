// SPDX-License-Identifier: MIT
#include "net/curl_multi.hpp"

#include <grove/timeout.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

/// One easy handle: its options, its callbacks, and how its outcome is told.

namespace grove::http {
namespace {

constexpr long large_buffer = 512L << 10;
// Freeing 64 KiB or more makes glibc merge all its small free blocks, after each transfer.
constexpr long small_buffer = 60L << 10;
constexpr std::uint64_t largest_redirect_body = std::uint64_t{1} << 20;

template <class Value>
void set(void* easy, CURLoption option, Value value) {
    if (curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
}

/// Null rather than "" : libcurl then uses its default.
void set_text(void* easy, CURLoption option, const std::string& text) {
    set(easy, option, text.empty() ? nullptr : text.c_str());
}

curl_slist* append(curl_slist* list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    if (longer == nullptr) {
        curl_slist_free_all(list);
        throw std::bad_alloc();
    }
    return longer;
}

void free_list(void*& list) noexcept {
    curl_slist_free_all(static_cast<curl_slist*>(std::exchange(list, nullptr)));
}

template <class Value>
Value info(void* easy, CURLINFO what) {
    Value value{};
    curl_easy_getinfo(easy, what, &value);
    return value;
}

std::optional<duration> moment(void* easy, CURLINFO what) {
    const auto microseconds = info<curl_off_t>(easy, what);
    if (microseconds <= 0) return std::nullopt;
    return std::chrono::microseconds(microseconds);
}

long protocol_version(http::version wanted) noexcept {
    switch (wanted) {
        case version::http_1_1:
            return CURL_HTTP_VERSION_1_1;
        case version::http_2:
            return CURL_HTTP_VERSION_2_0;
        case version::any:
            break;
    }
    return CURL_HTTP_VERSION_2TLS;
}

long address_family(http::family wanted) noexcept {
    switch (wanted) {
        case family::v4:
            return CURL_IPRESOLVE_V4;
        case family::v6:
            return CURL_IPRESOLVE_V6;
        case family::any:
            break;
    }
    return CURL_IPRESOLVE_WHATEVER;
}

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

void transfer::apply_options(const client_options& options) {
    set(easy_, CURLOPT_PRIVATE, this);
    set(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
    set(easy_, CURLOPT_WRITEFUNCTION, &on_write);
    set(easy_, CURLOPT_WRITEDATA, this);
    set(easy_, CURLOPT_HEADERFUNCTION, &on_header);
    set(easy_, CURLOPT_HEADERDATA, this);
    set(easy_, CURLOPT_RESOLVER_START_FUNCTION, &on_resolve);
    set(easy_, CURLOPT_RESOLVER_START_DATA, this);
    set(easy_, CURLOPT_OPENSOCKETFUNCTION, &curl_multi::on_open);
    set(easy_, CURLOPT_OPENSOCKETDATA, this);
    set(easy_, CURLOPT_CLOSESOCKETFUNCTION, &curl_multi::on_close);
    set(easy_, CURLOPT_CLOSESOCKETDATA, &multi_);
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy_, CURLOPT_PROXY, "");  // else libcurl asks the environment at each request
    set(easy_, CURLOPT_NOPROXY, "");
    set(easy_, CURLOPT_HTTP_VERSION, protocol_version(options.version));
    set(easy_, CURLOPT_IPRESOLVE, address_family(options.family));
    set_text(easy_, CURLOPT_USERAGENT, options.user_agent);
    set_text(easy_, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket);
    set_text(easy_, CURLOPT_COOKIEFILE, options.cookie_file);
    if (options.compressed) set(easy_, CURLOPT_ACCEPT_ENCODING, "");
    curl_slist* list = nullptr;
    for (const std::string& rule : options.connect_to) list = append(list, rule);
    connect_to_list_ = list;
    set(easy_, CURLOPT_CONNECT_TO, list);
}

void transfer::apply_tls(const client_options& options) {
    const long verify = options.verify == verification::on ? 1 : 0;
    set(easy_, CURLOPT_SSL_VERIFYPEER, verify);
    set(easy_, CURLOPT_SSL_VERIFYHOST, verify * 2);
    if (!options.ca_file.empty()) set(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
    set_text(easy_, CURLOPT_SSLCERT, options.certificate);
    set_text(easy_, CURLOPT_SSLKEY, options.private_key);
    set_text(easy_, CURLOPT_KEYPASSWD, options.key_password);
}

bool transfer::run(hop next, body_sink& sink, deadline until) {
    hop_ = std::move(next);
    sink_ = &sink;
    sink.fed_by_ = this;
    detail::waiter me("http transfer", this);
    waiting_ = &me;
    multi_.enqueue(*this);
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

void transfer::apply_hop() {
    set(easy_, CURLOPT_URL, hop_.url.c_str());
    apply_method();
    apply_headers();
    set(easy_, CURLOPT_PROXY, hop_.proxy.c_str());
    set_text(easy_, CURLOPT_USERPWD, hop_.send_credentials ? options_.user : std::string());
    set_text(easy_, CURLOPT_COOKIE, hop_.send_credentials ? options_.cookies : std::string());
    set(easy_, CURLOPT_PIPEWAIT, hop_.share_connection ? 1L : 0L);
    if (buffer_ != hop_.buffer) {
        buffer_ = hop_.buffer;
        set(easy_, CURLOPT_BUFFERSIZE,
            hop_.buffer == buffer_size::large ? large_buffer : small_buffer);
    }
    const auto limit = std::chrono::ceil<std::chrono::milliseconds>(hop_.connect_timeout).count();
    set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(limit, 1)));
    if (hop_.host) multi_.pin(*this);
}

void transfer::apply_method() {
    const bool plain = hop_.method == "GET" && !hop_.body;
    if (plain && !shaped_) return;
    shaped_ = !plain;
    set(easy_, CURLOPT_CUSTOMREQUEST, nullptr);
    set(easy_, CURLOPT_NOBODY, 0L);
    set(easy_, CURLOPT_HTTPGET, 1L);
    if (plain) return;
    if (hop_.method == "HEAD" && !hop_.body) {
        set(easy_, CURLOPT_NOBODY, 1L);
        return;
    }
    if (hop_.body || hop_.method == "POST") {
        set(easy_, CURLOPT_POST, 1L);
        const curl_off_t size = hop_.body ? static_cast<curl_off_t>(hop_.body->size()) : 0;
        set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, size);
        set(easy_, CURLOPT_POSTFIELDS, hop_.body ? hop_.body->data() : "");
    }
    if (hop_.method != "POST") set(easy_, CURLOPT_CUSTOMREQUEST, hop_.method.c_str());
}

void transfer::apply_headers() {
    if (hop_.headers == sent_headers_ && hop_.without == sent_without_) return;
    curl_slist* list = nullptr;
    for (const header& h : hop_.headers) {
        list = append(list, h.value.empty() ? h.name + ';' : h.name + ": " + h.value);
    }
    for (const std::string& name : hop_.without) list = append(list, name + ':');
    set(easy_, CURLOPT_HTTPHEADER, list);
    free_list(header_list_);
    header_list_ = list;
    sent_headers_ = hop_.headers;
    sent_without_ = hop_.without;
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

/// libcurl's "couldn't connect" leaves out why; the kernel has said it.
void transfer::explain(int code) {
    constexpr std::string_view bad_chunk = "in chunked-encoding";  // told as a failed recv
    if (code == CURLE_RECV_ERROR && std::string_view(error_text_.data()).ends_with(bad_chunk)) {
        code = CURLE_WEIRD_SERVER_REPLY;
    }
    if (code == CURLE_OUT_OF_MEMORY)
        result_.missing = ENOMEM;
    else if (code != CURLE_COULDNT_CONNECT)
        result_.missing = 0;  // another address did without
    result_.code = code;
    const long error = info<long>(easy_, CURLINFO_OS_ERRNO);
    if (code == CURLE_COULDNT_CONNECT && error != 0) {
        result_.text = std::system_category().message(static_cast<int>(error));
    } else if (error_text_[0] != '\0') {
        result_.text = error_text_.data();
    } else {
        result_.text = curl_easy_strerror(static_cast<CURLcode>(code));
    }
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

/// libcurl says where a redirect leads after its body only.
bool transfer::is_followed_redirect() const {
    const long status = info<long>(easy_, CURLINFO_RESPONSE_CODE);
    if (!hop_.follow || status < 300 || status > 399) return false;
    return !head_.find("Location").value_or(std::string_view()).empty();
}

/// Empty: the location is no URL.
std::string transfer::redirect_target() const {
    const std::string location(head_.find("Location").value());
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    constexpr unsigned lenient = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE;
    char* text = nullptr;
    if (curl_url_set(url.get(), CURLUPART_URL, hop_.url.c_str(), 0) != CURLUE_OK ||
        curl_url_set(url.get(), CURLUPART_URL, location.c_str(), lenient) != CURLUE_OK ||
        curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
        return {};
    }
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return text;
}

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

// --- the outcome ---

void transfer::describe(exchange& about) const {
    if (stage_ == stage::queued) return;  // libcurl still tells of the request before
    about.status = static_cast<int>(info<long>(easy_, CURLINFO_RESPONSE_CODE));
    switch (info<long>(easy_, CURLINFO_HTTP_VERSION)) {
        case CURL_HTTP_VERSION_1_0:
            about.version = "1.0";
            break;
        case CURL_HTTP_VERSION_1_1:
            about.version = "1.1";
            break;
        case CURL_HTTP_VERSION_2_0:
            about.version = "2";
            break;
        case CURL_HTTP_VERSION_3:
            about.version = "3";
            break;
        default:
            about.version.clear();
    }
    about.final_url = hop_.url;
    const char* ip = info<const char*>(easy_, CURLINFO_PRIMARY_IP);
    about.ip = ip == nullptr ? "" : ip;
    about.bytes = bytes_;
    about.reused = about.status != 0 && info<long>(easy_, CURLINFO_NUM_CONNECTS) == 0;
    about.timings = {};
    if (!about.reused) {
        about.timings.connect = moment(easy_, CURLINFO_CONNECT_TIME_T);
        about.timings.tls = moment(easy_, CURLINFO_APPCONNECT_TIME_T);
    }
    about.timings.first_byte = moment(easy_, CURLINFO_STARTTRANSFER_TIME_T);
    about.timings.total = moment(easy_, CURLINFO_TOTAL_TIME_T);
}

error_kind transfer::kind_of_failure() const noexcept {
    if (result_.stalled) return error_kind::stall;
    switch (result_.code) {
        case CURLE_URL_MALFORMAT:
            return error_kind::url;
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
            return error_kind::dns;
        case CURLE_COULDNT_CONNECT:
        case CURLE_PROXY:
            return error_kind::connect;
        case CURLE_OPERATION_TIMEDOUT:
            return error_kind::timeout;
        case CURLE_PARTIAL_FILE:
            return error_kind::truncated;
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return error_kind::reset;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_ENGINE_NOTFOUND:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_USE_SSL_FAILED:
            return error_kind::tls;
        case CURLE_WRITE_ERROR:
        case CURLE_ABORTED_BY_CALLBACK:
            return error_kind::stopped;
        default:
            return error_kind::protocol;
    }
}

}  // namespace grove::http
