// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>

#include <sys/mman.h>

#include <new>
#include <vector>

// The least that a switch costs with the public interface of Boost.Context: no names, errors,
// timeouts or exception state. `yield_2` switches straight to the other one; `yield_1000` goes
// through a first-in-first-out queue, on stacks whose tops are staggered.

namespace {

namespace context = boost::context;

struct strand {
    context::fiber suspended;
    strand* next = nullptr;
};

// The globals of a one-thread program that has no scheduler object to hold them.
strand* running = nullptr;        // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::uint64_t switches_left = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool take_turn() {
    if (switches_left == 0) return false;
    --switches_left;
    return true;
}

inline void switch_to(strand& target) {
    strand& self = *running;
    running = &target;
    std::move(target.suspended).resume_with([&self](context::fiber&& left) {
        self.suspended = std::move(left);
        return context::fiber{};
    });
}

void yield_2(std::string_view name, std::uint64_t count) {
    strand main_strand;
    strand ping;
    strand pong;
    running = &main_strand;
    switches_left = count;
    // The first to end continues the other, the last one the main strand: none is left suspended.
    const auto play_with = [&main_strand](strand& other) {
        return [&main_strand, &other](context::fiber&&) {
            while (take_turn()) switch_to(other);
            running = other.suspended ? &other : &main_strand;
            return std::move(running->suspended);
        };
    };
    ping.suspended = context::fiber(play_with(pong));
    pong.suspended = context::fiber(play_with(ping));
    measure::report(name, measure::nanoseconds_each(count, [&] { switch_to(ping); }), "ns");
}

/// Stacks side by side in one mapping. Each top lies another 256 bytes lower than its neighbour's,
/// eight steps in all: tops at equal page offsets would share a few cache sets.
class staggered_stacks {
 public:
    explicit staggered_stacks(std::size_t count) : bytes_(count * stride) {
        base_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base_ == MAP_FAILED) throw std::bad_alloc();
        madvise(base_, bytes_, MADV_NOHUGEPAGE);
    }

    staggered_stacks(const staggered_stacks&) = delete;
    staggered_stacks& operator=(const staggered_stacks&) = delete;

    ~staggered_stacks() { munmap(base_, bytes_); }

    [[nodiscard]] context::stack_context at(std::size_t index) const {
        context::stack_context stack;
        stack.size = stride - (index % 8) * 256;
        stack.sp = static_cast<char*>(base_) + index * stride + stack.size;
        return stack;
    }

 private:
    static constexpr std::size_t stride = std::size_t{64} * 1024;
    std::size_t bytes_;
    void* base_ = nullptr;
};

/// Satisfies the library's allocator concept; the memory belongs to `staggered_stacks`.
struct borrowed_stack {
    context::stack_context stack;

    context::stack_context allocate() { return stack; }

    void deallocate(context::stack_context&) noexcept {}
};

class ready_queue {
 public:
    void push(strand& s) {
        s.next = nullptr;
        (last_ != nullptr ? last_->next : first_) = &s;
        last_ = &s;
    }

    strand& pop() {
        strand& s = *first_;
        first_ = s.next;
        if (first_ == nullptr) last_ = nullptr;
        return s;
    }

 private:
    strand* first_ = nullptr;
    strand* last_ = nullptr;
};

void yield_1000(std::string_view name, std::uint64_t count) {
    constexpr std::size_t strands = 1000;
    const staggered_stacks stacks(strands);
    ready_queue ready;
    strand main_strand;
    std::vector<strand> ring(strands);
    running = &main_strand;
    switches_left = count;
    const auto body = [&ready](context::fiber&&) {
        while (take_turn()) {
            ready.push(*running);
            switch_to(ready.pop());
        }
        running = &ready.pop();
        return std::move(running->suspended);
    };
    for (std::size_t i = 0; i < strands; ++i) {
        ring[i].suspended = context::fiber(std::allocator_arg, borrowed_stack{stacks.at(i)}, body);
        ready.push(ring[i]);
    }
    const auto run_all = [&] {
        while (switches_left > 0) {
            ready.push(main_strand);
            switch_to(ready.pop());
        }
    };
    measure::report(name, measure::nanoseconds_each(count, run_all), "ns");
    // Those still in the queue find no turn left; each ends and continues the next, then this one.
    ready.push(main_strand);
    switch_to(ready.pop());
}

constexpr measure::workload workloads[] = {
    {"yield_2", 20'000'000, yield_2},
    {"yield_1000", 20'000'000, yield_1000},
};

}  // namespace

int main(int argc, char** argv) {
    return measure::run_one(workloads, {argv, static_cast<std::size_t>(argc)});
}
