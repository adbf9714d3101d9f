// SPDX-License-Identifier: MIT
#include <grove/detail/waiter.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/timeout.hpp>
#include <grove/zmq.hpp>

#include <zmq.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>

// What ZMQ_FD says: that commands came in for this socket, from its peers' threads, and not which.
// Any call may take them, those for the other direction too. Hence two rules. A call that would
// block has taken all commands before it says so: whatever changes later makes ZMQ_FD readable, and
// no change is missed by parking then. And after each call, and whenever ZMQ_FD is readable,
// ZMQ_EVENTS is asked for who waits in the other direction.

namespace grove::zmq {
namespace {

constexpr unsigned messages_a_turn = 100;

class zmq_category final : public std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "zmq"; }

    [[nodiscard]] std::string message(int code) const override { return zmq_strerror(code); }
};

[[noreturn]] void throw_code(int code, const char* call, const std::string& object = {}) {
    const bool own = code >= ZMQ_HAUSNUMERO;
    throw std::system_error(code, own ? category() : std::generic_category(),
                            object.empty() ? call : std::string(call) + ' ' + object);
}

[[noreturn]] void throw_last(const char* call, const std::string& object = {}) {
    throw_code(zmq_errno(), call, object);
}

[[noreturn]] void throw_busy(const char* call, const detail::waiter& other) {
    throw_error(EALREADY, call,
                "in " + this_greenlet::name() + ": " + other.owner_name() + " waits already");
}

/// Calls again what a signal has ended.
template <class Call>
int uninterrupted(Call call) {
    int result = call();
    while (result < 0 && zmq_errno() == EINTR) result = call();
    return result;
}

zmq_msg_t* raw(std::byte* bytes) noexcept {
    return reinterpret_cast<zmq_msg_t*>(bytes);
}

const zmq_msg_t* raw(const std::byte* bytes) noexcept {
    return reinterpret_cast<const zmq_msg_t*>(bytes);
}

/// The process's context, while somebody needs it.
class context {
 public:
    static std::shared_ptr<context> shared() {
        static std::mutex guard;
        static std::weak_ptr<context> known;
        const std::lock_guard hold(guard);
        auto one = known.lock();
        if (!one) known = one = std::make_shared<context>();
        return one;
    }

    context() : context_(zmq_ctx_new()) {
        if (context_ == nullptr) throw_last("zmq_ctx_new");
        zmq_ctx_set(context_, ZMQ_MAX_SOCKETS, most_sockets);
    }

    context(const context&) = delete;
    context& operator=(const context&) = delete;

    /// All its sockets are closed: waits for what lingers only.
    ~context() {
        uninterrupted([this] { return zmq_ctx_term(context_); });
    }

    [[nodiscard]] void* get() const noexcept { return context_; }

 private:
    static constexpr int most_sockets = 65'000;

    void* context_;
};

constexpr std::array<int, 11> zmq_types = {ZMQ_PAIR, ZMQ_PUB,    ZMQ_SUB,    ZMQ_REQ,
                                           ZMQ_REP,  ZMQ_DEALER, ZMQ_ROUTER, ZMQ_PULL,
                                           ZMQ_PUSH, ZMQ_XPUB,   ZMQ_XSUB};

}  // namespace

const std::error_category& category() noexcept {
    static const zmq_category only;
    return only;
}

// --- message ---

static_assert(sizeof(message) == sizeof(zmq_msg_t));

message::message() noexcept {
    zmq_msg_init(raw(raw_));
}

message::message(std::size_t size) {
    if (zmq_msg_init_size(raw(raw_), size) != 0) throw std::bad_alloc();
}

message::message(std::string_view text) : message(text.size()) {
    std::ranges::copy(std::as_bytes(std::span(text)), bytes().begin());
}

message::message(message&& other) noexcept : message() {
    zmq_msg_move(raw(raw_), raw(other.raw_));
}

message& message::operator=(message&& other) noexcept {
    if (this != &other) zmq_msg_move(raw(raw_), raw(other.raw_));
    return *this;
}

message::~message() {
    zmq_msg_close(raw(raw_));
}

std::span<std::byte> message::bytes() noexcept {
    return {static_cast<std::byte*>(zmq_msg_data(raw(raw_))), size()};
}

std::string_view message::text() const noexcept {
    // zmq_msg_data takes no const, and changes nothing.
    auto* mine = const_cast<std::byte*>(raw_);
    return {static_cast<const char*>(zmq_msg_data(raw(mine))), size()};
}

std::size_t message::size() const noexcept {
    return zmq_msg_size(raw(raw_));
}

bool message::more() const noexcept {
    return zmq_msg_more(raw(raw_)) != 0;
}

// --- socket ---

class socket::state : public std::enable_shared_from_this<socket::state> {
 public:
    state(kind what, const socket_options& options);
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    ~state() { close(); }

    void close() noexcept;

    [[nodiscard]] bool is_open() const noexcept { return socket_ != nullptr; }

    /// Throws: EBADF once it is closed.
    [[nodiscard]] void* open(const char* call) const;

    /// Result: false when `until` came first.
    bool send(message& part, int flags, deadline until);
    bool receive(message& into, deadline until);
    bool wait_for(short event, const char* call, deadline until);
    /// Before a message is begun: who never waits lets the others run.
    void take_turn();

    void set(int option, const void* value, std::size_t size, const char* call);
    [[nodiscard]] std::string last_endpoint() const;

 private:
    bool park(short event, const char* call, deadline until);
    template <class Call>
    bool transfer(short direction, const char* name, deadline until, Call call);
    void after_call(short mine) noexcept;
    void look() noexcept;
    [[nodiscard]] short events() const noexcept;

    [[nodiscard]] detail::waiter*& waiting(short event) noexcept {
        return event == ZMQ_POLLIN ? receiver_ : sender_;
    }

    std::shared_ptr<context> context_;
    void* socket_;
    watch watch_;
    detail::waiter* receiver_ = nullptr;
    detail::waiter* sender_ = nullptr;
    unsigned without_a_wait_ = 0;
};

socket::state::state(kind what, const socket_options& options) : context_(context::shared()) {
    socket_ = zmq_socket(context_->get(), zmq_types.at(static_cast<std::size_t>(what)));
    if (socket_ == nullptr) throw_last("zmq_socket");
    const on_exit if_it_fails([this] {
        if (watch_.fd() < 0) zmq_close(socket_);
    });
    const auto set_int = [this](int option, int value) {
        set(option, &value, sizeof value, "zmq_setsockopt");
    };
    set_int(ZMQ_SNDHWM, options.send_high_water);
    set_int(ZMQ_RCVHWM, options.receive_high_water);
    const auto linger = std::chrono::ceil<std::chrono::milliseconds>(options.linger).count();
    set_int(ZMQ_LINGER, static_cast<int>(std::clamp<std::int64_t>(linger, 0, 1'000'000'000)));
    set_int(ZMQ_IMMEDIATE, options.immediate ? 1 : 0);
    set(ZMQ_MAXMSGSIZE, &options.largest_message, sizeof options.largest_message, "zmq_setsockopt");
    if (!options.identity.empty())
        set(ZMQ_ROUTING_ID, options.identity.data(), options.identity.size(), "zmq_setsockopt");
    int fd = -1;
    std::size_t size = sizeof fd;
    if (zmq_getsockopt(socket_, ZMQ_FD, &fd, &size) != 0) throw_last("zmq_getsockopt");
    watch_ = hub::current().watch_fd(
        fd, readiness::read, [this](readiness) { look(); }, keep_alive::no);
}

void socket::state::close() noexcept {
    if (socket_ == nullptr) return;
    watch_ = watch();
    zmq_close(std::exchange(socket_, nullptr));
    for (detail::waiter* w : {receiver_, sender_}) {
        if (w != nullptr) w->wake();
    }
    context_.reset();
}

void* socket::state::open(const char* call) const {
    if (socket_ == nullptr) throw_error(EBADF, call, "a closed socket");
    return socket_;
}

void socket::state::set(int option, const void* value, std::size_t size, const char* call) {
    if (zmq_setsockopt(open(call), option, value, size) != 0) throw_last(call);
}

std::string socket::state::last_endpoint() const {
    std::array<char, 512> text{};
    std::size_t size = text.size();
    if (zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, text.data(), &size) != 0)
        throw_last("zmq_getsockopt");
    return text.data();
}

short socket::state::events() const noexcept {
    int seen = 0;
    std::size_t size = sizeof seen;
    const int result =
        uninterrupted([&] { return zmq_getsockopt(socket_, ZMQ_EVENTS, &seen, &size); });
    // A socket that can't tell any more fails the next call, which says why.
    return result == 0 ? static_cast<short>(seen) : short{ZMQ_POLLIN | ZMQ_POLLOUT};
}

/// On the hub: takes the commands, or ZMQ_FD would stay readable.
void socket::state::look() noexcept {
    const short seen = events();
    for (const short event : {short{ZMQ_POLLIN}, short{ZMQ_POLLOUT}}) {
        detail::waiter* const w = waiting(event);
        if (w != nullptr && (seen & event) != 0) w->wake();
    }
}

/// A call in direction `mine` may have taken the commands that the other one waits for.
void socket::state::after_call(short mine) noexcept {
    detail::waiter* const other = waiting(mine == ZMQ_POLLIN ? ZMQ_POLLOUT : ZMQ_POLLIN);
    if (other != nullptr) look();
}

bool socket::state::wait_for(short event, const char* call, deadline until) {
    for (;;) {
        static_cast<void>(open(call));
        const short seen = events();
        after_call(event);
        if ((seen & event) != 0) return true;
        if (!park(event, call, until)) return false;
    }
}

/// Result: false when `until` came first.
bool socket::state::park(short event, const char* call, deadline until) {
    detail::waiter*& place = waiting(event);
    if (place != nullptr) throw_busy(call, *place);
    const auto alive = shared_from_this();
    without_a_wait_ = 0;
    detail::waiter me(call, this);
    place = &me;
    hub& mine = hub::current();
    mine.hold();
    const on_exit at_end([this, event, &mine] {
        waiting(event) = nullptr;
        mine.let_go();
    });
    if (me.park(until) == detail::outcome::deadline) return false;
    static_cast<void>(open(call));  // while this still lives
    return true;
}

void socket::state::take_turn() {
    if (++without_a_wait_ < messages_a_turn) return;
    without_a_wait_ = 0;
    yield();
}

/// Makes a call of libzmq until it does not ask to wait.
template <class Call>
bool socket::state::transfer(short direction, const char* name, deadline until, Call call) {
    for (;;) {
        void* const s = open(name);
        const int result = uninterrupted([&] { return call(s); });
        const int error = result < 0 ? zmq_errno() : 0;
        after_call(direction);
        if (result >= 0) return true;
        if (error != EAGAIN) throw_code(error, name);
        if (!park(direction, name, until)) return false;
    }
}

bool socket::state::send(message& part, int flags, deadline until) {
    return transfer(ZMQ_POLLOUT, "zmq send", until,
                    [&](void* s) { return zmq_msg_send(raw(part.raw_), s, flags | ZMQ_DONTWAIT); });
}

bool socket::state::receive(message& into, deadline until) {
    return transfer(ZMQ_POLLIN, "zmq receive", until,
                    [&](void* s) { return zmq_msg_recv(raw(into.raw_), s, ZMQ_DONTWAIT); });
}

socket::socket(kind what, const socket_options& options)
    : state_(std::make_shared<state>(what, options)) {}

socket::socket(socket&&) noexcept = default;

socket& socket::operator=(socket&& other) noexcept {
    if (this == &other) return *this;
    close();
    state_ = std::move(other.state_);
    return *this;
}

socket::~socket() {
    close();
}

std::string socket::bind(const std::string& endpoint) {
    if (zmq_bind(state_->open("zmq bind"), endpoint.c_str()) != 0) throw_last("zmq bind", endpoint);
    return state_->last_endpoint();
}

void socket::connect(const std::string& endpoint) {
    if (zmq_connect(state_->open("zmq connect"), endpoint.c_str()) != 0)
        throw_last("zmq connect", endpoint);
}

void socket::unbind(const std::string& endpoint) {
    if (zmq_unbind(state_->open("zmq unbind"), endpoint.c_str()) != 0)
        throw_last("zmq unbind", endpoint);
}

void socket::disconnect(const std::string& endpoint) {
    if (zmq_disconnect(state_->open("zmq disconnect"), endpoint.c_str()) != 0)
        throw_last("zmq disconnect", endpoint);
}

void socket::subscribe(std::string_view prefix) {
    state_->set(ZMQ_SUBSCRIBE, prefix.data(), prefix.size(), "zmq subscribe");
}

void socket::unsubscribe(std::string_view prefix) {
    state_->set(ZMQ_UNSUBSCRIBE, prefix.data(), prefix.size(), "zmq unsubscribe");
}

bool socket::send(message&& what, deadline until) {
    state_->take_turn();
    return state_->send(what, 0, until);
}

bool socket::send(std::string_view text, deadline until) {
    return send(message(text), until);
}

bool socket::send(std::span<message> parts, deadline until) {
    if (parts.empty()) throw std::invalid_argument("zmq send: a message of no parts");
    state_->take_turn();
    const auto last = parts.size() - 1;
    if (!state_->send(parts.front(), last == 0 ? 0 : ZMQ_SNDMORE, until)) return false;
    // A peer that takes the first part takes the others; should one wait, half a message is worse.
    const shield until_all_are_sent;
    for (std::size_t i = 1; i <= last; ++i)
        state_->send(parts[i], i == last ? 0 : ZMQ_SNDMORE, never);
    return true;
}

std::optional<message> socket::receive(deadline until) {
    state_->take_turn();
    std::optional<message> got(std::in_place);
    if (!state_->receive(*got, until)) got.reset();
    return got;
}

std::vector<message> socket::receive_all(deadline until) {
    state_->take_turn();
    std::vector<message> parts(1);
    if (!state_->receive(parts.back(), until)) return {};
    const shield until_all_are_there;
    while (parts.back().more()) state_->receive(parts.emplace_back(), never);
    return parts;
}

bool socket::wait(deadline until) {
    return state_->wait_for(ZMQ_POLLIN, "zmq wait", until);
}

bool socket::wait_writable(deadline until) {
    return state_->wait_for(ZMQ_POLLOUT, "zmq wait_writable", until);
}

void socket::close() noexcept {
    if (state_) state_->close();
}

bool socket::is_open() const noexcept {
    return state_ && state_->is_open();
}

}  // namespace grove::zmq
