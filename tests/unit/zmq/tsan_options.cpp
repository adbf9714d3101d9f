// SPDX-License-Identifier: MIT
#ifdef __SANITIZE_THREAD__
/// libzmq is not compiled with ThreadSanitizer, which then sees the copies that it makes for other
/// threads, and not what orders them.
extern "C" const char* __tsan_default_options() {  // NOLINT(bugprone-reserved-identifier)
    return "ignore_noninstrumented_modules=1";
}
#endif
