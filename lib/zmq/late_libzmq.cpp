// SPDX-License-Identifier: MIT
#include <grove/error.hpp>

#include <dlfcn.h>
#include <zmq.h>

#include <cerrno>
#include <string>

// libzmq, found when it is first called: a program that may need it starts without its 2 ms. What
// is linked with this instead of libzmq calls the functions here, and they the library's own.

namespace {

/// Throws: `std::system_error` when there is none.
void* libzmq() {
    static void* const opened = ::dlopen("libzmq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr)
        grove::throw_error(ENOENT, "libzmq.so.5", "(ZeroMQ; Debian: apt install libzmq5)");
    return opened;
}

/// The library's function of the same kind as `Ours`.
template <auto* Ours>
auto* late(const char* name) {
    static auto* const found = reinterpret_cast<decltype(Ours)>(::dlsym(libzmq(), name));
    if (found == nullptr) grove::throw_error(ENOSYS, name, "in libzmq.so.5");
    return found;
}

}  // namespace

int zmq_bind(void* on, const char* at) {
    return late<zmq_bind>("zmq_bind")(on, at);
}

int zmq_close(void* on) {
    return late<zmq_close>("zmq_close")(on);
}

int zmq_connect(void* on, const char* to) {
    return late<zmq_connect>("zmq_connect")(on, to);
}

void* zmq_ctx_new() {
    return late<zmq_ctx_new>("zmq_ctx_new")();
}

int zmq_ctx_set(void* on, int option, int value) {
    return late<zmq_ctx_set>("zmq_ctx_set")(on, option, value);
}

int zmq_ctx_term(void* on) {
    return late<zmq_ctx_term>("zmq_ctx_term")(on);
}

int zmq_disconnect(void* on, const char* from) {
    return late<zmq_disconnect>("zmq_disconnect")(on, from);
}

int zmq_errno() {
    return late<zmq_errno>("zmq_errno")();
}

int zmq_getsockopt(void* on, int option, void* value, size_t* size) {
    return late<zmq_getsockopt>("zmq_getsockopt")(on, option, value, size);
}

int zmq_msg_close(zmq_msg_t* message) {
    return late<zmq_msg_close>("zmq_msg_close")(message);
}

void* zmq_msg_data(zmq_msg_t* message) {
    return late<zmq_msg_data>("zmq_msg_data")(message);
}

int zmq_msg_init(zmq_msg_t* message) {
    return late<zmq_msg_init>("zmq_msg_init")(message);
}

int zmq_msg_init_size(zmq_msg_t* message, size_t size) {
    return late<zmq_msg_init_size>("zmq_msg_init_size")(message, size);
}

int zmq_msg_more(const zmq_msg_t* message) {
    return late<zmq_msg_more>("zmq_msg_more")(message);
}

int zmq_msg_move(zmq_msg_t* to, zmq_msg_t* from) {
    return late<zmq_msg_move>("zmq_msg_move")(to, from);
}

int zmq_msg_recv(zmq_msg_t* message, void* on, int flags) {
    return late<zmq_msg_recv>("zmq_msg_recv")(message, on, flags);
}

int zmq_msg_send(zmq_msg_t* message, void* on, int flags) {
    return late<zmq_msg_send>("zmq_msg_send")(message, on, flags);
}

size_t zmq_msg_size(const zmq_msg_t* message) {
    return late<zmq_msg_size>("zmq_msg_size")(message);
}

int zmq_setsockopt(void* on, int option, const void* value, size_t size) {
    return late<zmq_setsockopt>("zmq_setsockopt")(on, option, value, size);
}

void* zmq_socket(void* context, int kind) {
    return late<zmq_socket>("zmq_socket")(context, kind);
}

const char* zmq_strerror(int code) {
    return late<zmq_strerror>("zmq_strerror")(code);
}

int zmq_unbind(void* on, const char* from) {
    return late<zmq_unbind>("zmq_unbind")(on, from);
}
